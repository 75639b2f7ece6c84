import * as z from 'zod/mini';
import { resumed } from '../domain/deployment.ts';
import type { OpenGitHost } from '../ports/git-host.ts';
import type { BatchStore } from '../ports/batch-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { ServiceStore, TargetStore } from '../ports/deployment-store.ts';
import type { Executions } from '../ports/executions.ts';
import { leadBatches, leaderName } from './lead-batches.ts';
import { defineStep } from './step.ts';
import { editedRepository, readTargetConfig } from './target-config.ts';
import { TargetStepInput } from './wire.ts';

export type JoinBatchPorts = {
  readonly services: Pick<ServiceStore, 'service'>;
  readonly targets: Pick<TargetStore, 'target' | 'prove'>;
  readonly batches: BatchStore;
  readonly executions: Pick<Executions, 'answer' | 'fail'>;
  readonly git: OpenGitHost;
  /** Forgets connections and credentials: the secret may have been renewed since this function read it. */
  readonly renewGit: () => void;
  readonly clock: Pick<Clock, 'now' | 'remaining'>;
};

const JoinBatchInput = z.extend(TargetStepInput, {
  /** Whoever has it may answer the task. */
  token: z.string(),
});
type JoinBatchInput = TargetStepInput & { readonly token: string };

/** For the log: the state machine goes on with the answer to the token, not with this. `led`: it pushed for all who waited. */
type Result = { readonly status: 'waiting' | 'led' };

/**
 * Waits for the branch together with others. Whoever comes while nobody leads pushes for everybody who waits, until nobody does; the others
 * only leave their task's token. Its answer is what CommitRelease would have answered, or an error as CommitRelease would have thrown.
 */
export const joinBatch = defineStep({
  name: 'join-batch',
  input: JoinBatchInput,
  async run(ports: JoinBatchPorts, input: JoinBatchInput): Promise<Result> {
    const deployment = resumed(input.deployment, input);
    const { edits } = await readTargetConfig(ports.services, deployment);
    const repository = editedRepository(edits, deployment);
    const waiting = { execution: input.execution, deployment, taskToken: input.token, since: ports.clock.now() };
    await ports.batches.join(repository, waiting);
    return { status: await leadBatches(ports, repository, leaderName(waiting)) };
  },
});
