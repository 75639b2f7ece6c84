import type { Deployment, StepResult } from '../domain/deployment.ts';
import { isRetryable } from '../domain/errors.ts';

/**
 * What becomes of a slice of watching that an error broke off. A retry would begin with the input of the slice, and the step's clock and
 * its one request would begin anew each time: what the slice has learned is handed on as `running` instead.
 *
 * @throws the error, where a retry loses nothing or does not help
 */
export function brokenOff(error: unknown, input: Deployment, learned: Deployment): StepResult<'running'> {
  if (!isRetryable(error) || JSON.stringify(learned) === JSON.stringify(input)) throw error;
  return { status: 'running', deployment: learned };
}
