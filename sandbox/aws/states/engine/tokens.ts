import { randomUUID } from 'node:crypto';
import type { Json } from './json.ts';

/** What became of a report on a task: `closed` when the task has ended or timed out, `unknown` when no such token was given out. */
export type Delivery = 'delivered' | 'closed' | 'unknown';

type OpenTask = { readonly stateMachine: string; readonly succeed: (output: Json) => void };

/** A task that waits for someone to answer its token. */
export type TokenTask = {
  readonly token: string;
  readonly answer: Promise<Json>;
  close(): void;
};

/** The task tokens of all executions: SendTaskSuccess names nothing but the token. */
export class TaskTokens {
  readonly #open = new Map<string, OpenTask>();
  /** The state machine of each. */
  readonly #closed = new Map<string, string>();

  open(stateMachine: string): TokenTask {
    const token = randomUUID();
    const { promise: answer, resolve: succeed } = Promise.withResolvers<Json>();
    this.#open.set(token, { stateMachine, succeed });
    return { token, answer, close: () => this.#close(token) };
  }

  /** ARN of the state machine whose task the token was given to; null when it was never given out. */
  stateMachineOf(token: string): string | null {
    return this.#open.get(token)?.stateMachine ?? this.#closed.get(token) ?? null;
  }

  succeed(token: string, output: Json): Delivery {
    const task = this.#open.get(token);
    if (!task) return this.#closed.has(token) ? 'closed' : 'unknown';
    task.succeed(output);
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
