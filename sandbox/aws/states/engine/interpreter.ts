import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { EvaluationError, failureDetails, inState, StatesError } from './errors.ts';
import { evaluate } from './expressions.ts';
import { type Frame, moveOn } from './frame.ts';
import { inputData, outputData } from './history.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { assertDataSize } from './limits.ts';
import { RetryBudget, takesError } from './retry.ts';
import { choose } from './states/choice.ts';
import { performMap } from './states/map.ts';
import { performTask } from './states/task.ts';
import { bindings, type Done, done, record, type Run, type Visit } from './visit.ts';

/** Runs a frame from the state it is in to its end, and returns its output. Rejects with the signal's reason once that is aborted. */
export async function runFrame(run: Run, frame: Frame, signal: AbortSignal): Promise<Json> {
  for (;;) {
    signal.throwIfAborted();
    const state = frame.processor.States[frame.state];
    if (!state) throw new StatesError('States.Runtime', `There is no state ${frame.state}.`);
    const { next, output } = await stay({ run, frame, state, signal, retries: 0 });
    if (next === null) return output;
    moveOn(frame, next, output);
  }
}

type Departure = { readonly next: string | null; readonly output: Json };

async function stay(visit: Visit): Promise<Departure> {
  enter(visit);
  try {
    return await attempts(visit);
  } catch (error) {
    if (!visit.signal.aborted) throw error;
    const aborted = ABORTED_EVENTS[visit.state.Type];
    if (aborted) record(visit, aborted);
    throw visit.signal.reason;
  }
}

const ABORTED_EVENTS: Readonly<Record<string, HistoryEventType>> = { Task: 'TaskStateAborted', Map: 'MapStateAborted' };

/** A redriven state was entered before. */
function enter(visit: Visit): void {
  const { run, frame, state } = visit;
  if (frame.entry) return;
  record(visit, `${state.Type}StateEntered`, { stateEnteredEventDetails: { name: frame.state, ...inputData(frame.input) } });
  frame.entry = { event: frame.lastEvent, at: run.clock.now() };
}

async function attempts(visit: Visit): Promise<Departure> {
  const { run, frame, state, signal } = visit;
  const budget = new RetryBudget('Retry' in state ? (state.Retry ?? []) : []);
  for (;;) {
    try {
      return await leave(visit, await perform(visit));
    } catch (error) {
      if (signal.aborted) throw error;
      const failure = told(visit, error);
      const delay = budget.delay(failure, run.random);
      if (delay === null) return recover(visit, failure);
      visit.retries += 1;
      frame.iterations = null;
      await run.clock.sleep(delay, signal);
    }
  }
}

async function perform(visit: Visit): Promise<Done> {
  const { state, frame } = visit;
  switch (state.Type) {
    case 'Task':
      return performTask(visit, state);
    case 'Map':
      return performMap(visit, state);
    case 'Choice':
      return choose(visit, state);
    case 'Pass':
    case 'Succeed':
      return done(state, frame.input);
  }
}

/** Output and Assign see the variables as they were on entry: both are computed before anything is assigned. */
async function leave(visit: Visit, { next, output: fallback, leave: fields, path, states }: Done): Promise<Departure> {
  const { frame, state } = visit;
  const seen = bindings(visit, states);
  const output = fields.Output === undefined ? fallback : await evaluate(fields.Output, seen, `${path}Output`);
  const assigned = fields.Assign === undefined ? {} : await evaluate(fields.Assign, seen, `${path}Assign`);
  assertDataSize(output, `The output of the state '${frame.state}'`);
  if (isJsonObject(assigned)) frame.scope.assign(assigned);
  const stateExitedEventDetails = { name: frame.state, ...outputData(output), ...assignedData(assigned) };
  record(visit, `${state.Type}StateExited`, { stateExitedEventDetails });
  return { next, output };
}

function assignedData(assigned: Json): object {
  if (!isJsonObject(assigned) || Object.keys(assigned).length === 0) return {};
  const texts = Object.entries(assigned).map(([name, value]) => [name, JSON.stringify(value)] as const);
  return { assignedVariables: Object.fromEntries(texts), assignedVariablesDetails: { truncated: false } };
}

/** Goes to the first catcher that takes the failure, or throws it. */
async function recover(visit: Visit, failure: StatesError): Promise<Departure> {
  const catchers = 'Catch' in visit.state ? (visit.state.Catch ?? []) : [];
  const index = catchers.findIndex((one) => takesError(one.ErrorEquals, failure.name));
  const catcher = catchers[index];
  if (!catcher) throw failure;
  const { error, cause } = failureDetails(failure);
  const errorOutput: JsonObject = { ...(error !== undefined && { Error: error }), ...(cause !== undefined && { Cause: cause }) };
  try {
    return await leave(visit, { next: catcher.Next, output: errorOutput, leave: catcher, path: `Catch[${index}]/`, states: { errorOutput } });
  } catch (second) {
    if (visit.signal.aborted) throw second;
    throw told(visit, second);
  }
}

/** The failure as the state reports it: an evaluation that failed is an event and names its state; anything unforeseen is States.Runtime. */
function told(visit: Visit, error: unknown): StatesError {
  const { frame } = visit;
  if (error instanceof EvaluationError) {
    const { name, message, location } = error;
    record(visit, 'EvaluationFailed', { evaluationFailedEventDetails: { error: name, cause: message, location, state: frame.state } });
    return inState(error, frame.state, frame.entry?.event ?? 0);
  }
  if (error instanceof StatesError) return error;
  return new StatesError('States.Runtime', error instanceof Error ? error.message : String(error));
}
