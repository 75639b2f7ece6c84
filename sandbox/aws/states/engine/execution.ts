import type { Definition } from './definition.ts';
import { withDeadline } from './deadline.ts';
import { failureDetails, StatesError } from './errors.ts';
import { type Frame, newFrame } from './frame.ts';
import { type EventDetails, History, inputData, outputData } from './history.ts';
import { runFrame } from './interpreter.ts';
import type { Json, JsonObject } from './json.ts';
import { continueFrom, redriveObstacle } from './redrive.ts';
import type { Run, Surroundings } from './visit.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** What an execution is of, and under which names. */
export type ExecutionOrder = {
  readonly executionArn: string;
  readonly name: string;
  readonly stateMachine: { readonly arn: string; readonly name: string; readonly definition: Definition; readonly roleArn: string };
  readonly input: Json;
};

/** How the execution ended, or that it runs. Times are epoch milliseconds. */
export type Progress = {
  readonly status: ExecutionStatus;
  readonly stoppedAt: number | null;
  readonly output?: Json;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
};

const MACHINE_TIMED_OUT = new StatesError('States.Timeout', 'State Machine Timed Out');

export type StopReason = { readonly error?: string | undefined; readonly cause?: string | undefined };

class Stopped extends Error {
  readonly details: StopReason;

  constructor(details: StopReason) {
    super('The execution was stopped.');
    this.details = details;
  }
}

/** One execution of a state machine: runs from its construction, can be stopped, and redriven when it did not succeed. */
export class Execution {
  readonly order: ExecutionOrder;
  readonly startedAt: number;
  readonly history = new History();
  progress: Progress = { status: 'RUNNING', stoppedAt: null };
  redriveCount = 0;
  redrivenAt: number | null = null;
  /** Resolves, never rejects, when the current run has ended; a redrive replaces it. */
  ended: Promise<void>;
  readonly #surroundings: Surroundings;
  readonly #onStatusChange: (execution: Execution) => void;
  readonly #root: Frame;
  #stopping = new AbortController();

  constructor(order: ExecutionOrder, surroundings: Surroundings, onStatusChange: (execution: Execution) => void = () => undefined) {
    this.order = order;
    this.#surroundings = surroundings;
    this.#onStatusChange = onStatusChange;
    this.startedAt = surroundings.clock.now();
    this.#root = newFrame(order.stateMachine.definition, order.input, null);
    this.#root.lastEvent = this.#record('ExecutionStarted', { executionStartedEventDetails: { ...inputData(order.input), roleArn: order.stateMachine.roleArn } });
    this.ended = this.#run();
  }

  /** Aborts the running tasks, and resolves when the execution has ended. One that has ended before is left as it is. */
  async stop(reason: StopReason = {}): Promise<void> {
    this.#stopping.abort(new Stopped(reason));
    await this.ended;
  }

  /** Why it cannot be redriven now, or null. */
  redriveObstacle(): string | null {
    const { status, stoppedAt } = this.progress;
    return redriveObstacle({ status, stoppedAt, events: this.history.events.length }, this.#surroundings.clock);
  }

  /** Runs on from the states that did not succeed, with the definition and input of its start. Throws where there is an obstacle. */
  redrive(): void {
    const obstacle = this.redriveObstacle();
    if (obstacle !== null) throw new Error(obstacle);
    this.redriveCount += 1;
    this.redrivenAt = this.#surroundings.clock.now();
    this.progress = { status: 'RUNNING', stoppedAt: null };
    this.#stopping = new AbortController();
    continueFrom(this.#root, this.#record('ExecutionRedriven', { executionRedrivenEventDetails: { redriveCount: this.redriveCount } }));
    this.ended = this.#run();
  }

  async #run(): Promise<void> {
    // The first status is told when the caller holds the execution, not from inside its constructor.
    await Promise.resolve();
    const { definition } = this.order.stateMachine;
    const { clock } = this.#surroundings;
    const deadline = definition.TimeoutSeconds === undefined ? null : { seconds: definition.TimeoutSeconds, failure: MACHINE_TIMED_OUT };
    const run = this.#newRun();
    this.#onStatusChange(this);
    try {
      const output = await withDeadline(clock, deadline, this.#stopping.signal, (signal) => {
        return runFrame(run, this.#root, signal);
      });
      this.#end({ status: 'SUCCEEDED', stoppedAt: clock.now(), output });
    } catch (error) {
      this.#fail(error);
    }
    this.#onStatusChange(this);
  }

  #newRun(): Run {
    const { name, executionArn, stateMachine, input } = this.order;
    const redriven: JsonObject = this.redrivenAt === null ? {} : { RedriveCount: this.redriveCount, RedriveTime: new Date(this.redrivenAt).toISOString() };
    const started = new Date(this.startedAt).toISOString();
    const run: Run = {
      ...this.#surroundings,
      region: stateMachine.arn.split(':')[3] ?? '',
      stateMachine: stateMachine.arn,
      history: this.history,
      context: {
        Execution: { Id: executionArn, Name: name, Input: input, RoleArn: stateMachine.roleArn, StartTime: started, ...redriven },
        StateMachine: { Id: stateMachine.arn, Name: stateMachine.name },
      },
      runFrame: (frame, signal) => runFrame(run, frame, signal),
    };
    return run;
  }

  #fail(error: unknown): void {
    const stoppedAt = this.#surroundings.clock.now();
    if (error instanceof Stopped) return this.#end({ status: 'ABORTED', stoppedAt, ...error.details });
    const failure = error instanceof StatesError ? error : new StatesError('States.Runtime', String(error));
    this.#end({ status: failure === MACHINE_TIMED_OUT ? 'TIMED_OUT' : 'FAILED', stoppedAt, ...failureDetails(failure) });
  }

  #end(progress: Progress): void {
    const { status, output = null, stoppedAt: _, ...details } = progress;
    if (status === 'SUCCEEDED') this.#record('ExecutionSucceeded', { executionSucceededEventDetails: outputData(output) });
    if (status === 'FAILED') this.#record('ExecutionFailed', { executionFailedEventDetails: details });
    if (status === 'TIMED_OUT') this.#record('ExecutionTimedOut', { executionTimedOutEventDetails: details });
    if (status === 'ABORTED') this.#record('ExecutionAborted', { executionAbortedEventDetails: details });
    this.progress = progress;
  }

  #record(type: Parameters<History['add']>[0], details: EventDetails): number {
    const previous = type === 'ExecutionStarted' || type === 'ExecutionRedriven' ? this.history.events.length : this.#root.lastEvent;
    return this.history.add(type, previous, this.#surroundings.clock.now(), details);
  }
}
