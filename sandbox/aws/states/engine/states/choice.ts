import type { ChoiceState } from '../definition.ts';
import { StatesError } from '../errors.ts';
import { BOOLEAN, evaluateAs } from '../expressions.ts';
import { bindings, type Done, type Visit } from '../visit.ts';

/** Takes the first rule whose condition holds, with that rule's Output and Assign; the state's own belong to its Default. */
export async function choose(visit: Visit, state: ChoiceState): Promise<Done> {
  const input = visit.frame.input;
  for (const [index, rule] of state.Choices.entries()) {
    const path = `Choices[${index}]/`;
    if (await evaluateAs(BOOLEAN, rule.Condition, bindings(visit), `${path}Condition`)) {
      return { next: rule.Next, output: input, leave: rule, path, states: {} };
    }
  }
  if (state.Default === undefined) throw new StatesError('States.NoChoiceMatched', 'The Choice state has no rule that matches and no Default.');
  return { next: state.Default, output: input, leave: state, path: '', states: {} };
}
