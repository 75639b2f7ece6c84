import { targetName } from '../../src/domain/deployment.ts';
import type { PlannedRollback } from './plan-rollback.ts';

/** A rollback that runs, in an execution of its own. */
export type StartedRollback = PlannedRollback & { readonly executionArn: string };

/** Starts one of them, and returns the ARN of its execution. `doing` completes the "Cannot …" of the error that it may end in. */
type Start = (planned: PlannedRollback, doing: string) => Promise<string>;

/**
 * Starts the rollbacks one after the other, and tells of each as it is started. The error of one that can't be started names those
 * that run already; those after it are not started.
 */
export async function* startRollbacks(planned: readonly PlannedRollback[], start: Start): AsyncGenerator<StartedRollback> {
  const running: string[] = [];
  for (const one of planned) {
    const others = running.length === 0 ? '' : ` beside what runs already (${running.join(', ')})`;
    const executionArn = await start(one, `start the rollback of ${targetName(one.key)}${others}`);
    running.push(`${targetName(one.key)} in ${executionArn}`);
    yield { ...one, executionArn };
  }
}
