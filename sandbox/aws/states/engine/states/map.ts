import type { MapState } from '../definition.ts';
import { StatesError } from '../errors.ts';
import { ARRAY, COUNT, evaluate, evaluateAs } from '../expressions.ts';
import { type Iteration, newFrame } from '../frame.ts';
import type { Json } from '../json.ts';
import { assertDataSize, MAX_INLINE_CONCURRENCY } from '../limits.ts';
import { bindings, done, type Done, record, type Visit } from '../visit.ts';

/** Runs the processor for every item. The first iteration that fails aborts the others and fails the state. */
export async function performMap(visit: Visit, state: MapState): Promise<Done> {
  const { frame } = visit;
  const most = await concurrency(visit, state);
  frame.iterations ??= await begin(visit, state);
  try {
    await runIterations(visit, frame.iterations, most);
    const result = frame.iterations.map((iteration) => iteration.output);
    assertDataSize(result, 'The result of the Map state');
    record(visit, 'MapStateSucceeded');
    return done(state, result, { result });
  } catch (error) {
    if (visit.signal.aborted) throw error;
    record(visit, 'MapStateFailed');
    // A redrive repeats the whole state when its data was too large: the same results would be too large again.
    if (error instanceof StatesError && error.name === 'States.DataLimitExceeded') frame.iterations = null;
    throw error;
  }
}

async function concurrency(visit: Visit, state: MapState): Promise<number> {
  const asked = await evaluateAs(COUNT, state.MaxConcurrency ?? 0, bindings(visit), 'MaxConcurrency');
  return Math.min(asked === 0 ? MAX_INLINE_CONCURRENCY : asked, MAX_INLINE_CONCURRENCY);
}

async function begin(visit: Visit, state: MapState): Promise<Iteration[]> {
  const { frame } = visit;
  const items = await evaluateAs(ARRAY, state.Items ?? frame.input, bindings(visit), 'Items');
  const iterations: Iteration[] = [];
  for (const [index, item] of items.entries()) {
    const input = await itemInput(visit, state, index, item);
    assertDataSize(input, `The input of iteration ${index}`);
    iterations.push({ index, frame: newFrame(state.ItemProcessor, input, frame.scope), status: 'waiting', output: null });
  }
  record(visit, 'MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  return iterations;
}

/** `$states.context.Map.Item` is there in the ItemSelector only; the states inside get the item through it. */
async function itemInput(visit: Visit, state: MapState, index: number, item: Json): Promise<Json> {
  if (state.ItemSelector === undefined) return item;
  return evaluate(state.ItemSelector, bindings(visit, {}, { Map: { Item: { Index: index, Value: item } } }), 'ItemSelector');
}

async function runIterations(visit: Visit, iterations: readonly Iteration[], most: number): Promise<void> {
  const first = new AbortController();
  const signal = AbortSignal.any([visit.signal, first.signal]);
  const unfinished = iterations.filter((iteration) => iteration.status !== 'succeeded');
  const worker = async (): Promise<void> => {
    for (let next = unfinished.shift(); next && !signal.aborted; next = unfinished.shift()) {
      await runIteration(visit, next, signal).catch((error: unknown) => first.abort(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, unfinished.length) }, worker));
  signal.throwIfAborted();
}

async function runIteration(visit: Visit, iteration: Iteration, signal: AbortSignal): Promise<void> {
  const { run, frame: outer } = visit;
  const { frame } = iteration;
  const details = { name: outer.state, index: iteration.index };
  if (iteration.status === 'waiting') {
    frame.lastEvent = outer.lastEvent;
    record({ run, frame }, 'MapIterationStarted', { mapIterationStartedEventDetails: details });
    iteration.status = 'begun';
  }
  try {
    iteration.output = await run.runFrame(frame, signal);
    iteration.status = 'succeeded';
    record({ run, frame }, 'MapIterationSucceeded', { mapIterationSucceededEventDetails: details });
  } catch (error) {
    if (signal.aborted) record({ run, frame }, 'MapIterationAborted', { mapIterationAbortedEventDetails: details });
    else record({ run, frame }, 'MapIterationFailed', { mapIterationFailedEventDetails: details });
    throw error;
  } finally {
    outer.lastEvent = frame.lastEvent;
  }
}
