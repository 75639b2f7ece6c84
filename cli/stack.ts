import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { callAws } from '../src/adapters/aws/errors.ts';
import { ConfigurationError, NotFoundError } from '../src/domain/errors.ts';

/** A deployed stack, as CloudFormation describes it: the same on AWS and in the sandbox. */
export type DeployedStack = {
  readonly account: string;
  readonly region: string;
  readonly tableName: string;
  readonly stateMachineArn: string;
  /** Where an approval is answered; empty in a stack of an earlier version. */
  readonly approvalUrl: string;
  /** Queue of the events that could not start an execution; empty in a stack of an earlier version. */
  readonly lostEventsUrl: string;
  readonly repositoryPrefix: string;
  readonly secretPrefix: string;
  /** Empty where no repository on CodeCommit may be written, also in a stack of an earlier version. */
  readonly codeCommitPrefix: string;
};

/** Finds the stack of a stage. @throws SlipwayError when it isn't deployed where the credentials point, or can't be looked up */
export async function findStack(stage: string): Promise<DeployedStack> {
  const name = `slipway-${stage}`;
  const client = new CloudFormationClient({});
  await client.config.region().catch(() => {
    throw new ConfigurationError('No AWS region is set; set AWS_REGION, or a region in the profile.');
  });
  const stack = await callAws({ doing: `look up stack ${name}`, needs: 'cloudformation:DescribeStacks' }, () => describe(client, name));
  if (stack === undefined) {
    throw new NotFoundError(`There is no stack ${name} in this account and region; deploy it with npx serverless deploy --stage ${stage}, or name another with --stage.`);
  }
  const [, , , region = '', account = ''] = stack.StackId?.split(':') ?? [];
  const output = (key: string) => stack.Outputs?.find((one) => one.OutputKey === key)?.OutputValue ?? '';
  const parameter = (key: string) => stack.Parameters?.find((one) => one.ParameterKey === key)?.ParameterValue ?? '';
  return {
    account,
    region,
    tableName: output('TableName'),
    stateMachineArn: output('StateMachineArn'),
    approvalUrl: output('ApprovalUrl'),
    lostEventsUrl: output('LostEventsUrl'),
    repositoryPrefix: parameter('RepositoryPrefix'),
    secretPrefix: parameter('SecretPrefix'),
    codeCommitPrefix: parameter('CodeCommitPrefix'),
  };
}

/** CloudFormation answers an unknown name with a validation error. */
async function describe(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
  } catch (error) {
    if (error instanceof Error && error.message.includes('does not exist')) return undefined;
    throw error;
  }
}
