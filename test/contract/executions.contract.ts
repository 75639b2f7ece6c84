import { beforeEach, describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/domain/errors.ts';
import type { Executions } from '../../src/ports/executions.ts';

/** Executions, and ways to start one that ends at once, one that waits, and to stop one. Each answers what `status` looks up. */
export type ExecutionsWorld = {
  /** What they start waits until it is stopped. */
  readonly executions: Executions;
  /** What runs now of what they have started. */
  startedOnes(): Promise<readonly { readonly execution: string; readonly request: unknown }[]>;
  /** A task that waits, and what it was answered, or how it failed, once it was. */
  waitForAnswer(): Promise<{ readonly taskToken: string; answered(): Promise<unknown>; failed(): Promise<unknown> }>;
  succeed(): Promise<string>;
  fail(): Promise<string>;
  wait(): Promise<string>;
  stop(execution: string): Promise<void>;
};

export function executionsContract(name: string, open: () => ExecutionsWorld): void {
  describe(`Executions: ${name}`, () => {
    let world: ExecutionsWorld;
    beforeEach(() => {
      world = open();
    });

    it('follows an execution from running to its end', async () => {
      const execution = await world.wait();
      expect(await world.executions.status(execution)).toBe('RUNNING');
      await world.stop(execution);
      expect(await world.executions.status(execution)).toBe('ABORTED');
    });

    it('tells one that succeeded from one that failed', async () => {
      const [succeeded, failed] = [await world.succeed(), await world.fail()];
      await expect.poll(() => world.executions.status(succeeded), { timeout: 10_000 }).toBe('SUCCEEDED');
      await expect.poll(() => world.executions.status(failed), { timeout: 10_000 }).toBe('FAILED');
    });

    describe('start', () => {
      const REQUEST = { trigger: 'next', service: 'web', tag: '1.1.0' };

      it('starts an execution with the request', async () => {
        expect(await world.executions.start('next_web_1', REQUEST)).toBe('started');
        const [started, ...others] = await world.startedOnes();
        expect(started?.request).toEqual(REQUEST);
        expect(others).toEqual([]);
        expect(await world.executions.status(started?.execution ?? '')).toBe('RUNNING');
      });

      it('starts the same name and request once, however often it is asked', async () => {
        await Promise.all([1, 2, 3].map(() => world.executions.start('next_web_2', REQUEST)));
        expect(await world.startedOnes()).toHaveLength(1);
      });

      it('knows a name whose execution has ended, and starts nothing', async () => {
        await world.executions.start('next_web_3', REQUEST);
        for (const { execution } of await world.startedOnes()) await world.stop(execution);
        expect(await world.executions.start('next_web_3', REQUEST)).toBe('known');
        expect(await world.startedOnes()).toEqual([]);
      });

      it('knows a name that runs with another request', async () => {
        await world.executions.start('next_web_4', REQUEST);
        expect(await world.executions.start('next_web_4', { ...REQUEST, tag: '1.2.0' })).toBe('known');
        expect((await world.startedOnes()).map(({ request }) => request)).toEqual([REQUEST]);
      });
    });

    describe('answer', () => {
      const ANSWER = { status: 'approved', by: 'arn:aws:iam::111122223333:user/ada' };

      it('hands the answer to the task that waits for it, once', async () => {
        const task = await world.waitForAnswer();
        expect(await world.executions.answer(task.taskToken, ANSWER)).toBe('taken');
        expect(await task.answered()).toEqual(ANSWER);
        expect(await world.executions.answer(task.taskToken, { status: 'rejected' })).toBe('gone');
        expect(await task.answered()).toEqual(ANSWER);
      });

      it('fails the task with the error, as if its function had thrown it, once', async () => {
        const task = await world.waitForAnswer();
        expect(await world.executions.fail(task.taskToken, new RefusedError('declined: main is frozen'))).toBe('taken');
        expect(await task.failed()).toMatchObject({ name: 'RefusedError', message: expect.stringContaining('declined: main is frozen') as string });
        expect(await world.executions.answer(task.taskToken, ANSWER)).toBe('gone');
        expect(await world.executions.fail(task.taskToken, new RefusedError('again'))).toBe('gone');
      });

      it('finds no task behind a token that nobody gave out', async () => {
        expect(await world.executions.answer('not-a-token', ANSWER)).toBe('gone');
      });
    });

    it('answers null for an execution that does not exist', async () => {
      const execution = await world.succeed();
      expect(await world.executions.status(`${execution}-other`)).toBeNull();
    });
  });
}
