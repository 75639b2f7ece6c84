import { setTimeout as sleep } from 'node:timers/promises';
import type { Executions } from '../../src/ports/executions.ts';
import { JOIN_BATCH_MS, TABLE_MS } from './state-machine.ts';

export type TokenAnswers = Pick<Executions, 'answer' | 'fail'>;

export type TokenTasks = {
  /** The status that the task's token is answered, whoever does it. @throws the error that it is failed with, or its function's own */
  run(start: (token: string, answers: TokenAnswers) => Promise<unknown>): Promise<string>;
};

/** Tasks of JoinBatch, which go on with the answer to their token, or time out. An answer takes as long as a request to AWS. */
export function createTokenTasks(): TokenTasks {
  const waiting = new Map<string, PromiseWithResolvers<string>>();
  let last = 0;

  async function settle(token: string, how: (task: PromiseWithResolvers<string>) => void): Promise<'taken' | 'gone'> {
    await sleep(TABLE_MS);
    const task = waiting.get(token);
    if (task === undefined) return 'gone';
    how(task);
    waiting.delete(token);
    return 'taken';
  }

  const answers: TokenAnswers = {
    answer: (token, answer) => settle(token, ({ resolve }) => resolve((answer as { readonly status: string }).status)),
    fail: (token, error) => settle(token, ({ reject }) => reject(error)),
  };
  return {
    async run(start) {
      const token = `token-${++last}`;
      const task = Promise.withResolvers<string>();
      waiting.set(token, task);
      const timer = setTimeout(() => {
        waiting.delete(token);
        task.reject(Object.assign(new Error(`${token} was not answered in time.`), { name: 'States.Timeout' }));
      }, JOIN_BATCH_MS);
      start(token, answers).catch(task.reject);
      return task.promise.finally(() => clearTimeout(timer));
    },
  };
}
