import type { Executions } from '../../src/ports/executions.ts';
import type { DeadLetterQueue, TakenEvent } from './dead-letter-queue.ts';
import { executionNameOf, type LostEvent } from './lost-event.ts';

export type RedrivenEvent = Pick<LostEvent, 'id' | 'release'> & {
  /** `known`: it was started before; the message had outlived that. `unreadable`: it holds no event, and stays in the queue. */
  readonly status: 'started' | 'known' | 'unreadable';
  /** Name of the execution. */
  readonly execution: string | null;
};

/**
 * Starts an execution for each event that waits, and tells of each as it is done. A message is deleted once its execution is there, and
 * not before; what was taken and not started is back in the queue afterwards, also when a start failed.
 */
export async function* redriveEvents(queue: DeadLetterQueue, executions: Pick<Executions, 'start'>): AsyncIterable<RedrivenEvent> {
  const left = new Set<TakenEvent>();
  try {
    for await (const event of queue.take()) {
      left.add(event);
      const { id, release, body } = event;
      if (id === null) {
        yield { id, release, status: 'unreadable', execution: null };
        continue;
      }
      const execution = executionNameOf(id);
      const status = await executions.start(execution, body);
      await queue.delete(event);
      left.delete(event);
      yield { id, release, status, execution };
    }
  } finally {
    // Whatever fails here comes back by itself, a little later.
    await Promise.allSettled([...left].map((event) => queue.putBack(event)));
  }
}
