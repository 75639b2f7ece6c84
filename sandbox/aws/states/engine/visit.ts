import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Clock } from './clock.ts';
import type { State } from './definition.ts';
import type { Frame } from './frame.ts';
import type { EventDetails, History } from './history.ts';
import type { Json, JsonObject } from './json.ts';
import type { TaskTokens } from './tokens.ts';

/** One call of an integration. A failing task throws an error whose `name` is the error code and whose message is the cause. */
export type TaskRequest = {
  /** The integration with its pattern, as `arn:aws:states:::lambda:invoke.waitForTaskToken`. */
  readonly resource: string;
  readonly arguments: Json;
  /** Aborted when the task timed out or the execution was stopped. */
  readonly signal: AbortSignal;
  readonly token?: string;
};

export type RunTask = (request: TaskRequest) => Promise<unknown>;

/** What the engine needs of the world. `random` is in [0, 1). */
export type Surroundings = { readonly clock: Clock; readonly random: () => number; readonly runTask: RunTask; readonly tokens: TaskTokens };

/** The running execution, as far as its states see it. */
export type Run = Surroundings & {
  readonly region: string;
  /** ARN of the state machine. */
  readonly stateMachine: string;
  readonly history: History;
  /** The members Execution and StateMachine of the context object. */
  readonly context: JsonObject;
  /** Runs a frame to its end; a Map runs its iterations with it. */
  readonly runFrame: (frame: Frame, signal: AbortSignal) => Promise<Json>;
};

/** One stay of a frame in a state, with all attempts. */
export type Visit = {
  readonly run: Run;
  readonly frame: Frame;
  readonly state: State;
  readonly signal: AbortSignal;
  /** Retries so far in this stay; a redrive starts from 0. */
  retries: number;
};

/** How a state was done: what it leaves with, before Output and Assign. */
export type Done = {
  /** Where to go; null ends the frame. */
  readonly next: string | null;
  /** Output of the state if it has no Output of its own. */
  readonly output: Json;
  /** Holds Output and Assign: the state, the choice rule or the catcher. */
  readonly leave: { readonly Output?: Json | undefined; readonly Assign?: JsonObject | undefined };
  /** Path of `leave` inside the state, as `Catch[0]/`. */
  readonly path: string;
  /** What `$states` holds beside input and context. */
  readonly states: JsonObject;
};

/** Adds an event to the history, in the frame's own line of events. */
export function record({ run, frame }: Pick<Visit, 'run' | 'frame'>, type: HistoryEventType, details?: EventDetails): void {
  frame.lastEvent = run.history.add(type, frame.lastEvent, run.clock.now(), details);
}

/** What an expression of the state sees: the variables and `$states`. `context` adds members to the context object. */
export function bindings({ run, frame, retries }: Visit, states: JsonObject = {}, context: JsonObject = {}): JsonObject {
  const entered = new Date(frame.entry?.at ?? run.clock.now()).toISOString();
  const State = { Name: frame.state, EnteredTime: entered, RetryCount: retries };
  return { ...frame.scope.variables(), states: { input: frame.input, context: { ...run.context, State, ...context }, ...states } };
}

/** The usual way out of a state: through its own Output and Assign to its Next. */
export function done(state: Done['leave'] & { readonly Next?: string | undefined }, output: Json, states: JsonObject = {}): Done {
  return { next: state.Next ?? null, output, leave: state, path: '', states };
}
