import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { createSignedAnswers } from '../../../cli/approval/signed-answers.ts';
import { NotFoundError } from '../../../src/domain/errors.ts';
import type { DeployedWorld } from './deployed-world.ts';

/** A person who approves, or merges, whatever waits, as soon as it was asked for. */
export type Approver = {
  /** Answers nothing from now on. */
  pause(): void;
  resume(): void;
  /** Never answers a release of this digest. */
  leave(digest: string): void;
};

/** Answers over the function's URL each time that AwaitApproval has asked: not before, as a killed one has asked nobody. */
export async function startApprover(world: DeployedWorld): Promise<Approver> {
  const { aws, stage } = world.world;
  const send = createSignedAnswers({ url: await approvalUrlOf(world), region: aws.account.region, credentials: aws.administrator });
  const invoke = aws.lambda.invoke.bind(aws.lambda);
  const left = new Set<string>();
  let isThere = true;

  async function approve(): Promise<void> {
    for (const { service, environment, target, release } of await world.approvals.list()) {
      if (left.has(release.digest)) continue;
      await send({ service, environment, target, digest: release.digest, answer: 'approve' }).catch(unlessItIsTooLate);
    }
  }

  aws.lambda.invoke = async (invocation) => {
    const result = await invoke(invocation);
    if (isThere && result.error === null && invocation.functionArn.endsWith(`:slipway-${stage}-await-approval`)) void approve();
    return result;
  };
  return { pause: () => void (isThere = false), resume: () => void (isThere = true), leave: (digest) => void left.add(digest) };
}

/** Where the stack takes answers. Not by way of the environment, which all worlds of a process share. */
export async function approvalUrlOf({ world: { aws, stage } }: DeployedWorld): Promise<string> {
  const client = new CloudFormationClient({ endpoint: aws.endpointUrl, region: aws.account.region, credentials: aws.administrator });
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: `slipway-${stage}` }));
  return Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'ApprovalUrl')?.OutputValue ?? '';
}

/** The execution was stopped, or asks anew. */
function unlessItIsTooLate(error: unknown): void {
  if (!(error instanceof NotFoundError)) throw error;
}
