import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { operation } from '../operation.ts';
import { type AwsAccount, AwsError, type AwsService } from '../service.ts';

export type DescribedStack = { readonly parameters: Readonly<Record<string, string>>; readonly outputs: Readonly<Record<string, string>> };

export type CloudFormation = AwsService & {
  /** Makes a deployed stack known to those who look it up. */
  addStack(name: string, stack: DescribedStack): void;
};

/** Tells what is deployed; deploying is the world's, not this API's. */
export function createCloudFormation(account: AwsAccount): CloudFormation {
  const stacks = new Map<string, DescribedStack & { readonly id: string }>();
  const arnOf = (name: string): string => `arn:aws:cloudformation:${account.region}:${account.id}:stack/${name}`;
  return {
    addStack: (name, stack) => void stacks.set(name, { ...stack, id: `${arnOf(name)}/${randomUUID()}` }),
    scope: 'cloudformation',
    operations: {
      DescribeStacks: operation(
        'DescribeStacks',
        z.strictObject({ StackName: z.string() }),
        ({ StackName }) => [{ action: 'cloudformation:DescribeStacks', resource: `${arnOf(StackName)}/*` }],
        ({ StackName }) => {
          const stack = stacks.get(StackName);
          if (stack === undefined) throw new AwsError('ValidationError', `Stack with id ${StackName} does not exist`);
          return { Stacks: [describe(StackName, stack)] };
        },
      ),
    },
  };
}

function describe(name: string, { id, parameters, outputs }: DescribedStack & { readonly id: string }): object {
  return {
    StackName: name,
    StackId: id,
    StackStatus: 'CREATE_COMPLETE',
    Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
  };
}
