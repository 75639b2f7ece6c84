import { randomUUID } from 'node:crypto';
import { StatesError } from './errors.ts';
import type { Json } from './json.ts';

/** What became of a report on a task: `closed` when the task has ended or timed out, `unknown` when no such token was given out. */
export type Delivery = 'delivered' | 'closed' | 'unknown';

type OpenTask = { readonly stateMachine: string; readonly settle: PromiseWithResolvers<Json> };

/** A task that waits for someone to answer its token. */
export type TokenTask = {
  readonly token: string;
  readonly answer: Promise<Json>;
  close(): void;
};

/** The task tokens of all executions: SendTaskSuccess and SendTaskFailure name nothing but the token. */
export class TaskTokens {
  readonly #open = new Map<string, OpenTask>();
  /** The state machine of each. */
  readonly #closed = new Map<string, string>();

  open(stateMachine: string): TokenTask {
    const token = randomUUID();
    const settle = Promise.withResolvers<Json>();
    this.#open.set(token, { stateMachine, settle });
    return { token, answer: settle.promise, close: () => this.#close(token) };
  }

  /** ARN of the state machine whose task the token was given to; null when it was never given out. */
  stateMachineOf(token: string): string | null {
    return this.#open.get(token)?.stateMachine ?? this.#closed.get(token) ?? null;
  }

  succeed(token: string, output: Json): Delivery {
    return this.#deliver(token, ({ resolve }) => resolve(output));
  }

  /** The task fails with that error, as if its function had thrown it. */
  fail(token: string, { error, cause }: { readonly error: string; readonly cause: string }): Delivery {
    return this.#deliver(token, ({ reject }) => reject(new StatesError(error, cause)));
  }

  #deliver(token: string, settle: (task: PromiseWithResolvers<Json>) => void): Delivery {
    const task = this.#open.get(token);
    if (!task) return this.#closed.has(token) ? 'closed' : 'unknown';
    settle(task.settle);
    this.#close(token);
    return 'delivered';
  }

  #close(token: string): void {
    const task = this.#open.get(token);
    if (!task) return;
    this.#open.delete(token);
    this.#closed.set(token, task.stateMachine);
  }
}
