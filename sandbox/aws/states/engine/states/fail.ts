import type { FailState } from '../definition.ts';
import { StatesError } from '../errors.ts';
import { evaluateAs, STRING } from '../expressions.ts';
import { bindings, type Visit } from '../visit.ts';

/** Never leaves: it throws its Error and Cause. */
export async function fail(visit: Visit, state: FailState): Promise<never> {
  const error = await evaluateAs(STRING, state.Error ?? '', bindings(visit), 'Error');
  const cause = await evaluateAs(STRING, state.Cause ?? '', bindings(visit), 'Cause');
  throw new StatesError(error, cause);
}
