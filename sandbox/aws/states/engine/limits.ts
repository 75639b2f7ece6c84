import { StatesError } from './errors.ts';
import { type Json, jsonBytes } from './json.ts';

/** Largest input or output of a task, state or execution, and largest sum of one Assign, in bytes of UTF-8. */
export const MAX_DATA_BYTES = 262_144;

/** An execution fails on reaching this many history events. */
export const MAX_EVENTS = 25_000;

/** Inline Map states run at most this many iterations at once, whatever MaxConcurrency says. */
export const MAX_INLINE_CONCURRENCY = 40;

/** Fails with States.DataLimitExceeded when `value` is too large; `what` names it in the cause. */
export function assertDataSize(value: Json, what: string): void {
  const bytes = jsonBytes(value);
  if (bytes > MAX_DATA_BYTES) {
    throw new StatesError('States.DataLimitExceeded', `${what} has ${bytes} bytes, exceeding the maximum number of bytes service limit (${MAX_DATA_BYTES}).`);
  }
}
