import type { Executions } from '../../ports/executions.ts';

type Status = NonNullable<Awaited<ReturnType<Executions['status']>>>;

export type MemoryExecutions = Executions & { set(execution: string, status: Status): void };

export function createMemoryExecutions(statuses: Readonly<Record<string, Status>> = {}): MemoryExecutions {
  const known = new Map(Object.entries(statuses));
  return {
    async status(execution) {
      return known.get(execution) ?? null;
    },
    async start() {
      throw new Error('start is not implemented yet');
    },
    async answer() {
      throw new Error('answer is not implemented yet');
    },
    set(execution, status) {
      known.set(execution, status);
    },
  };
}
