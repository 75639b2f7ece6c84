import type { Executions } from '../../ports/executions.ts';

type Status = NonNullable<Awaited<ReturnType<Executions['status']>>>;

export type MemoryExecutions = Executions & {
  /** What was started, in its order. */
  readonly started: readonly { readonly name: string; readonly request: unknown }[];
  /** Answers by the task token that they were given to. */
  readonly answers: ReadonlyMap<string, unknown>;
  /** Errors by the task token of the task that they failed. */
  readonly failures: ReadonlyMap<string, unknown>;
  set(execution: string, status: Status): void;
  /** A task waits for the answer to this token. */
  wait(taskToken: string): void;
};

/** Executions by their ARN, or by their name where they were started here. */
export function createMemoryExecutions(statuses: Readonly<Record<string, Status>> = {}): MemoryExecutions {
  const known = new Map(Object.entries(statuses));
  const started: { readonly name: string; readonly request: unknown }[] = [];
  const waiting = new Set<string>();
  const answers = new Map<string, unknown>();
  const failures = new Map<string, unknown>();
  return {
    started,
    answers,
    failures,
    async status(execution) {
      return known.get(execution) ?? null;
    },
    async start(name, request) {
      if (known.has(name)) return 'known';
      known.set(name, 'RUNNING');
      started.push({ name, request: structuredClone(request) });
      return 'started';
    },
    async answer(taskToken, answer) {
      if (!waiting.delete(taskToken)) return 'gone';
      answers.set(taskToken, structuredClone(answer));
      return 'taken';
    },
    async fail(taskToken, error) {
      if (!waiting.delete(taskToken)) return 'gone';
      failures.set(taskToken, error);
      return 'taken';
    },
    set(execution, status) {
      known.set(execution, status);
    },
    wait(taskToken) {
      waiting.add(taskToken);
    },
  };
}
