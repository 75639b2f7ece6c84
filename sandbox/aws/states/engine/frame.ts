import type { Processor } from './definition.ts';
import type { Json } from './json.ts';
import { Scope } from './scope.ts';

/**
 * Where a run of a processor stands: the execution itself, or one Map iteration. It is kept up to date while it runs, and so it is
 * also all that a redrive needs: running an unfinished frame again goes on in the state that did not succeed, with the variables and
 * the input that this state had.
 */
export type Frame = {
  readonly processor: Processor;
  readonly scope: Scope;
  /** The state that the frame is in, or enters next. */
  state: string;
  input: Json;
  /** The entry into that state; null before it. Found set, the state is not entered a second time. */
  entry: { readonly event: number; readonly at: number } | null;
  /** The iterations of a Map that has begun, else null. Null too where a Map must begin anew: on its retry. */
  iterations: Iteration[] | null;
  /** Id of the frame's latest event: the next event's previousEventId. */
  lastEvent: number;
};

export type Iteration = {
  readonly index: number;
  readonly frame: Frame;
  status: 'waiting' | 'begun' | 'succeeded';
  output: Json;
};

export function newFrame(processor: Processor, input: Json, outer: Scope | null): Frame {
  return { processor, scope: new Scope(outer), state: processor.StartAt, input, entry: null, iterations: null, lastEvent: 0 };
}

/** Moves the frame to the state that it enters next. */
export function moveOn(frame: Frame, state: string, input: Json): void {
  frame.state = state;
  frame.input = input;
  frame.entry = null;
  frame.iterations = null;
}
