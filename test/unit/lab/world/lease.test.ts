import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLease } from '../../../../lab/world/lease.ts';

let place: string;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'lease-'));
});
afterEach(() => rm(place, { recursive: true, force: true }));

describe('the lease of a lab', () => {
  it('is held by one world at a time, and taken by the next when it is given back', async () => {
    const giveBack = await takeLease(place);
    let isTaken = false;
    const second = takeLease(place).then((give) => {
      isTaken = true;
      return give;
    });
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(isTaken).toBe(false);
    await giveBack();
    await (await second)();
    expect(existsSync(join(place, 'world.lease'))).toBe(false);
  });

  it('is taken from a process that has ended without giving it back', async () => {
    // The first process of a machine began long before any test.
    await writeFile(join(place, 'world.lease'), JSON.stringify({ pid: 1, startTime: 'long ago' }));
    await (await takeLease(place))();
  });
});
