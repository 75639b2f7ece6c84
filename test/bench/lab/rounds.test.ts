import { describe, expect, it } from 'vitest';
import { CONTENDERS, type Contender } from '../../../bench/lab/contender.ts';
import { runRounds, shuffled } from '../../../bench/lab/rounds.ts';
import { imageOf } from '../../../sandbox/scenarios/image.ts';

/** Numbers in [0, 1), the same in each run. */
function numbers(): () => number {
  let last = 7;
  return () => (last = (last * 16807) % 2147483647) / 2147483647;
}

/** Contenders that write what happens to them down. */
function aMatch({ fails }: { readonly fails?: string } = {}) {
  const log: string[] = [];
  const contenders = CONTENDERS.map((name): Contender => ({
    name,
    async deploy({ tag }) {
      log.push(`${name} ${tag}`);
      if (name === fails) throw new Error(`${name} could not deploy ${tag}`);
      return { begunAt: 1, saidAt: 3 };
    },
    stop: async () => undefined,
  }));
  const run = (warmUp: number, rounds: number) =>
    runRounds({
      contenders,
      warmUp,
      rounds,
      random: numbers(),
      imageOf: (round) => imageOf(`1.0.${round}`),
      observe: async () => 2,
      settle: async () => void log.push('settle'),
      tell: () => undefined,
    });
  return { log, run };
}

describe('runRounds', () => {
  it('lets each deploy once in a round, only after everything has settled', async () => {
    const { log, run } = aMatch();
    await run(0, 2);
    expect(log.filter((_, index) => index % 2 === 0)).toEqual(Array.from({ length: 6 }, () => 'settle'));
    expect(log.filter((entry) => entry.endsWith('1.0.1')).toSorted()).toEqual(['ideal 1.0.1', 'script 1.0.1', 'slipway 1.0.1']);
  });

  it('gives every round an order of its own', async () => {
    const rounds = await aMatch().run(0, 20);
    expect(new Set(rounds.map(({ order }) => order.join())).size).toBeGreaterThan(2);
  });

  it('does not count the rounds before', async () => {
    const { log, run } = aMatch();
    const rounds = await run(2, 3);
    expect(rounds).toHaveLength(3);
    expect(log.filter((entry) => entry.startsWith('ideal'))).toHaveLength(5);
  });

  it('keeps what the observer saw beside what the contender said', async () => {
    const [round] = await aMatch().run(0, 1);
    expect(round?.runs.script).toEqual({ begunAt: 1, saidAt: 3, readyAt: 2 });
  });

  it('ends with the words of a contender that fails', async () => {
    await expect(aMatch({ fails: 'script' }).run(0, 1)).rejects.toThrow('script could not deploy 1.0.1');
  });
});

describe('shuffled', () => {
  it('keeps every item', () => {
    expect(shuffled([1, 2, 3], numbers()).toSorted()).toEqual([1, 2, 3]);
  });
});
