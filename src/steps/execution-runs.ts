import { elapsed, type Instant } from '../domain/instant.ts';
import type { TargetState } from '../domain/target-state.ts';
import type { Executions } from '../ports/executions.ts';

/** An execution this young may not be visible to DescribeExecution yet, so it counts as running. */
const VISIBLE_AFTER_MS = 60_000;

/** Whether an execution that was seen at `since` still runs. */
export async function executionRuns({ status: look }: Pick<Executions, 'status'>, execution: string, since: Instant, now: Instant): Promise<boolean> {
  const status = await look(execution);
  return status === null ? elapsed(since, now) < VISIBLE_AFTER_MS : status === 'RUNNING' || status === 'PENDING_REDRIVE';
}

/** Whether the claim is held by an execution that still runs; `own` is no other. */
export async function holderRuns(executions: Pick<Executions, 'status'>, { claim }: Pick<TargetState, 'claim'>, now: Instant, own?: string): Promise<boolean> {
  if (claim === null || claim.execution === null || claim.execution === own) return false;
  return executionRuns(executions, claim.execution, claim.claimedAt, now);
}
