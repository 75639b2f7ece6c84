import type { Clock } from './clock.ts';
import type { ExecutionStatus } from './execution.ts';
import type { Frame } from './frame.ts';
import { MAX_EVENTS } from './limits.ts';

const REDRIVABLE_PERIOD_MS = 14 * 24 * 3600 * 1000;

export type RedriveFacts = { readonly status: ExecutionStatus; readonly stoppedAt: number | null; readonly events: number };

/** Why the execution cannot be redriven now, in the words of DescribeExecution's redriveStatusReason; null when it can. */
export function redriveObstacle({ status, stoppedAt, events }: RedriveFacts, clock: Clock): string | null {
  if (status === 'RUNNING' || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven`;
  if (events >= MAX_EVENTS - 1) return 'Execution history event limit exceeded';
  if (stoppedAt !== null && clock.now() - stoppedAt > REDRIVABLE_PERIOD_MS) return 'Execution redrivable period exceeded';
  return null;
}

/** Makes the redrive the event that all unfinished frames go on from. */
export function continueFrom(frame: Frame, event: number): void {
  frame.lastEvent = event;
  for (const iteration of frame.iterations ?? []) {
    if (iteration.status === 'begun') continueFrom(iteration.frame, event);
  }
}
