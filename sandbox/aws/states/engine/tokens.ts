import { randomUUID } from 'node:crypto';
import { StatesError } from './errors.ts';
import type { Json } from './json.ts';

/** What became of a report on a task: `closed` when the task has ended or timed out, `unknown` when no such token was given out. */
export type Delivery = 'delivered' | 'closed' | 'unknown';

type OpenTask = { lastHeartbeat: number; readonly stateMachine: string; readonly succeed: (output: Json) => void; readonly fail: (failure: StatesError) => void };

/** A task that waits for someone to answer its token. */
export type TokenTask = {
  readonly token: string;
  readonly answer: Promise<Json>;
  /** Epoch milliseconds of the last sign of life. */
  lastHeartbeat(): number;
  close(): void;
};

/** The task tokens of all executions: SendTaskSuccess and its like name nothing but the token. */
export class TaskTokens {
  readonly #open = new Map<string, OpenTask>();
  /** The state machine of each. */
  readonly #closed = new Map<string, string>();

  open(now: number, stateMachine: string): TokenTask {
    const token = randomUUID();
    const { promise: answer, resolve: succeed, reject: fail } = Promise.withResolvers<Json>();
    // Nobody may be waiting: the task can time out, or fail before it waits.
    answer.catch(() => undefined);
    const task: OpenTask = { lastHeartbeat: now, stateMachine, succeed, fail };
    this.#open.set(token, task);
    return { token, answer, lastHeartbeat: () => task.lastHeartbeat, close: () => this.#close(token) };
  }

  /** ARN of the state machine whose task the token was given to; null when it was never given out. */
  stateMachineOf(token: string): string | null {
    return this.#open.get(token)?.stateMachine ?? this.#closed.get(token) ?? null;
  }

  succeed(token: string, output: Json): Delivery {
    return this.#deliver(token, (task) => {
      task.succeed(output);
      this.#close(token);
    });
  }

  fail(token: string, error: string, cause: string): Delivery {
    return this.#deliver(token, (task) => {
      task.fail(new StatesError(error, cause));
      this.#close(token);
    });
  }

  heartbeat(token: string, now: number): Delivery {
    return this.#deliver(token, (task) => {
      task.lastHeartbeat = now;
    });
  }

  #deliver(token: string, report: (task: OpenTask) => void): Delivery {
    const task = this.#open.get(token);
    if (!task) return this.#closed.has(token) ? 'closed' : 'unknown';
    report(task);
    return 'delivered';
  }

  #close(token: string): void {
    const task = this.#open.get(token);
    if (!task) return;
    this.#open.delete(token);
    this.#closed.set(token, task.stateMachine);
  }
}
