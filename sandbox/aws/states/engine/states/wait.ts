import type { WaitState } from '../definition.ts';
import { EvaluationError } from '../errors.ts';
import { COUNT, evaluateAs, STRING } from '../expressions.ts';
import { bindings, done, type Done, type Visit } from '../visit.ts';

/** Waits some seconds, or until an instant; one that has passed is left at once. */
export async function wait(visit: Visit, state: WaitState): Promise<Done> {
  const { clock } = visit.run;
  await clock.sleep(Math.max(0, (await endOfWait(visit, state)) - clock.now()), visit.signal);
  return done(state, visit.frame.input);
}

async function endOfWait(visit: Visit, state: WaitState): Promise<number> {
  if (state.Seconds !== undefined) {
    return visit.run.clock.now() + 1000 * (await evaluateAs(COUNT, state.Seconds, bindings(visit), 'Seconds'));
  }
  const text = await evaluateAs(STRING, state.Timestamp ?? '', bindings(visit), 'Timestamp');
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) throw new EvaluationError('Timestamp', `The field 'Timestamp' is not an ISO-8601 instant: ${text}`);
  return instant;
}
