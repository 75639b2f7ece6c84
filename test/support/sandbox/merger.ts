import type { Approver } from './approver.ts';
import type { ForgeInWorld } from './forge.ts';

/** Merges each pull request once AwaitMerge waits for that: not before, as a killed one may not have found its place yet. The forge's webhook tells of it. */
export function startMerger(forge: ForgeInWorld): Approver {
  const { world, pulls } = forge;
  const { aws, stage } = world.world;
  const invoke = aws.lambda.invoke.bind(aws.lambda);
  const left = new Set<string>();
  let isThere = true;

  async function merge(): Promise<void> {
    for (const { release, pullRequest } of await world.merges.list()) {
      if (left.has(release.digest) || pulls.find(pullRequest.number)?.state !== 'open') continue;
      await pulls.merge(pullRequest.number);
      await forge.sendWebhook(pullRequest.number);
    }
  }

  aws.lambda.invoke = async (invocation) => {
    const result = await invoke(invocation);
    if (isThere && result.error === null && invocation.functionArn.endsWith(`:slipway-${stage}-await-merge`)) void merge();
    return result;
  };
  return { pause: () => void (isThere = false), resume: () => void (isThere = true), leave: (digest) => void left.add(digest) };
}
