import { setTimeout as sleep } from 'node:timers/promises';
import type { PendingMerge } from '../../../src/ports/deployment-store.ts';
import { DEV, type DeployedWorld } from './deployed-world.ts';

/** What the execution waits for, once AwaitMerge has looked at it and found it open; null where it ends without. */
export async function mergeAwaitedBy({ executions, merges }: DeployedWorld, execution: string): Promise<PendingMerge | null> {
  let isOver = false;
  const over = executions.ended(execution).then(() => (isOver = true));
  for (;;) {
    const pending = await merges.pending(DEV);
    if (pending?.execution === execution && (await executions.hasSubmitted(execution))) return pending;
    if (isOver) return null;
    await Promise.race([over, sleep(20)]);
  }
}
