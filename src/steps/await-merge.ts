import * as z from 'zod/mini';
import { holdsClaim } from '../domain/claim.ts';
import { type ProposedRelease, targetName } from '../domain/deployment.ts';
import { ConflictError } from '../domain/errors.ts';
import { later } from '../domain/instant.ts';
import { answerToMerge, MERGE_CLAIM_LOST, type MergeAnswer, proposedBy, supersededByProposal } from '../domain/pull-request.ts';
import type { Clock } from '../ports/clock.ts';
import type { MergeStore, PendingMerge, ServiceStore, TargetStore } from '../ports/deployment-store.ts';
import type { Executions } from '../ports/executions.ts';
import type { OpenPullRequests } from '../ports/pull-requests.ts';
import { defineStep } from './step.ts';
import { editedRepository, readTargetConfig } from './target-config.ts';
import { TargetStepInput } from './wire.ts';

type Ports = {
  readonly services: Pick<ServiceStore, 'service'>;
  readonly targets: Pick<TargetStore, 'target'>;
  readonly merges: Pick<MergeStore, 'pending' | 'put' | 'remove'>;
  readonly pullRequests: OpenPullRequests;
  readonly executions: Pick<Executions, 'answer'>;
  readonly clock: Pick<Clock, 'now'>;
};

const AwaitMergeInput = z.extend(TargetStepInput, {
  /** Whoever has it may answer the task. */
  token: z.string(),
});
type AwaitMergeInput = TargetStepInput & { readonly token: string };

/** For the log: the state machine goes on with the answer to the token, not with this. */
type Result = { readonly status: 'waiting' | MergeAnswer['status'] };

/** How often a lost race for the target's one place to wait is run again here before the state machine retries. */
const ATTEMPTS = 5;

/**
 * Leaves the token where whoever hears of the merge finds it; then looks at the pull request itself, which may be merged by now. The
 * release whose pull request was taken over hears so before the newer one takes its place: after a crash between the two, all is done
 * again.
 */
export const awaitMerge = defineStep({
  name: 'await-merge',
  input: AwaitMergeInput,
  async run(ports: Ports, input: AwaitMergeInput): Promise<Result> {
    const { execution, token, deployment } = input;
    const proposed = proposedBy(deployment);
    const { edits } = await readTargetConfig(ports.services, deployment);
    const pulls = await ports.pullRequests(editedRepository(edits, deployment));
    const state = await ports.targets.target(deployment);
    const merge = holdsClaim(state, execution, deployment) ? await waitInPlace(ports, input, proposed, state.claim.generation) : null;
    const answer = merge === null ? MERGE_CLAIM_LOST : answerToMerge(await pulls.look(proposed.number), ports.clock.now());
    if (answer === null) return { status: 'waiting' };
    await ports.executions.answer(token, answer);
    if (merge !== null) await ports.merges.remove(merge);
    return { status: answer.status };
  },
});

/** Null where a newer claim waits there already: it is not ours to supersede. */
async function waitInPlace({ merges, executions, clock }: Ports, { execution, token, deployment }: AwaitMergeInput, proposed: ProposedRelease, generation: number): Promise<PendingMerge | null> {
  const { service, environment, target, release } = deployment;
  const requestedAt = clock.now();
  const expiresAt = later(requestedAt, proposed.timeoutSeconds * 1_000);
  const pullRequest = { number: proposed.number, url: proposed.url };
  const merge: PendingMerge = { service, environment, target, release: { tag: release.tag, digest: release.digest }, execution, generation, pullRequest, taskToken: token, requestedAt, expiresAt };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const pending = await merges.pending(deployment);
    if (pending?.taskToken === token) return pending;
    if (pending !== null && pending.generation > generation) return null;
    if (pending !== null && pending.execution !== execution) await executions.answer(pending.taskToken, supersededByProposal(release, proposed));
    if (await merges.put(merge, pending)) return merge;
  }
  throw new ConflictError(`What waits for a merge at ${targetName(deployment)} changed ${ATTEMPTS} times while a release was added; the state machine tries again.`);
}
