import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ConfigurationError } from '../src/domain/errors.ts';

/** A deployed stack, as CloudFormation describes it: the same on AWS and in the sandbox. */
export type DeployedStack = {
  readonly account: string;
  readonly region: string;
  readonly tableName: string;
  readonly stateMachineArn: string;
  readonly repositoryPrefix: string;
  readonly secretPrefix: string;
};

/** Finds the stack of a stage. @throws ConfigurationError when it isn't deployed where the credentials point */
export async function findStack(stage: string): Promise<DeployedStack> {
  const name = `slipway-${stage}`;
  const client = new CloudFormationClient({});
  const stack = await client.send(new DescribeStacksCommand({ StackName: name })).then(
    ({ Stacks }) => Stacks?.[0],
    (error: unknown) => {
      if (error instanceof Error && error.message.includes('does not exist')) return undefined;
      throw new ConfigurationError(`Stack ${name} can't be looked up: ${error instanceof Error ? error.message : String(error)}. Check the credentials and the region.`);
    },
  );
  if (stack === undefined) throw new ConfigurationError(`There is no stack ${name} in this account and region; deploy it with npx serverless deploy --stage ${stage}, or name another with --stage.`);
  const [, , , region = '', account = ''] = stack.StackId?.split(':') ?? [];
  const output = (key: string) => stack.Outputs?.find((one) => one.OutputKey === key)?.OutputValue ?? '';
  const parameter = (key: string) => stack.Parameters?.find((one) => one.ParameterKey === key)?.ParameterValue ?? '';
  return {
    account,
    region,
    tableName: output('TableName'),
    stateMachineArn: output('StateMachineArn'),
    repositoryPrefix: parameter('RepositoryPrefix'),
    secretPrefix: parameter('SecretPrefix'),
  };
}
