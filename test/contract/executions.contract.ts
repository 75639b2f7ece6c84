import { beforeEach, describe, expect, it } from 'vitest';
import type { Executions } from '../../src/ports/executions.ts';

/** Executions, and ways to start one that ends at once, one that waits, and to stop one. Each answers the execution's ARN. */
export type ExecutionsWorld = {
  readonly executions: Executions;
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

    it('answers null for an execution that does not exist', async () => {
      const execution = await world.succeed();
      expect(await world.executions.status(`${execution}-other`)).toBeNull();
    });
  });
}
