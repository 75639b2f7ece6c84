import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { realClock, virtualClock } from '../../../sandbox/aws/states/engine/clock.ts';

const never = new AbortController().signal;

describe('virtualClock', () => {
  it('jumps from timer to timer, in their order', async () => {
    const clock = virtualClock(0);
    const woken: [string, number][] = [];
    const sleeper = (name: string, ms: number): Promise<unknown> => clock.sleep(ms).then(() => woken.push([name, clock.now()]));
    await Promise.all([sleeper('late', 86_400_000), sleeper('soon', 10)]);
    expect(woken).toEqual([['soon', 10], ['late', 86_400_000]]);
  });

  it('stands still while work is under way, whatever that waits for', async () => {
    const clock = virtualClock(0);
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const timer = clock.sleep(1000);
    const during = clock.during(async () => {
      await (await fetch(`http://127.0.0.1:${port}/`)).text();
      return clock.now();
    }, never);
    expect(await during).toBe(0);
    await timer;
    expect(clock.now()).toBe(1000);
    server.close();
  });

  it('goes on while the work sleeps on it, unless other work does not', async () => {
    const clock = virtualClock(0);
    const gate = Promise.withResolvers<void>();
    const sleeping = clock.during(() => clock.sleep(500), never);
    const busy = clock.during(async () => {
      await gate.promise;
      return clock.now();
    }, never);
    setImmediate(() => setImmediate(gate.resolve));
    expect(await busy).toBe(0);
    await sleeping;
    expect(clock.now()).toBe(500);
  });

  it('no longer minds work whose signal was aborted', async () => {
    const clock = virtualClock(0);
    const abort = new AbortController();
    void clock.during(() => new Promise(() => undefined), abort.signal);
    abort.abort();
    await clock.sleep(500);
    expect(clock.now()).toBe(500);
  });
});

describe.each([['realClock', realClock], ['virtualClock', virtualClock(0)]])('%s', (_, clock) => {
  it('ends a sleep with the reason of its signal', async () => {
    const abort = new AbortController();
    const sleep = clock.during(() => clock.sleep(3_600_000, abort.signal), never);
    const held = clock.during(() => sleep, never);
    abort.abort(new Error('no longer'));
    await expect(held).rejects.toThrow('no longer');
  });

  it('does not begin a sleep whose signal is aborted', async () => {
    await expect(clock.sleep(3_600_000, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  });
});
