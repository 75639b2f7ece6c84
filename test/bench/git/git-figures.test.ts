import { describe, expect, it } from 'vitest';
import { sizeFigures } from '../../../bench/git/measure-size.ts';
import { parseGitOptions } from '../../../bench/git/options.ts';
import type { Contender } from '../../../bench/git/size-contenders.ts';

describe('sizeFigures', () => {
  it('compares the largest repository with the smallest, whatever their order', () => {
    const samples = new Map<Contender, ReadonlyMap<number, number[]>>([['slipway', new Map([[1000, [15]], [10, [10, 10]], [20_000, [12, 12]]])]]);
    const { ratio, contenders } = sizeFigures(samples);
    expect(ratio).toBe(1.2);
    expect(Object.keys(contenders.slipway.files)).toEqual(['10', '1000', '20000']);
    expect(contenders.isomorphic).toEqual({ ratio: null, files: {} });
  });
});

describe('parseGitOptions', () => {
  it('measures everything at full length unless told otherwise', () => {
    expect(parseGitOptions([])).toEqual({ json: false, parts: ['size', 'contention', 'soak'], services: 90, rounds: 3, seconds: 60, commits: 20 });
  });

  it('measures the parts that are named, as shortly as told', () => {
    expect(parseGitOptions(['--part', 'soak', '--seconds', '5', '--json'])).toMatchObject({ json: true, parts: ['soak'], seconds: 5 });
  });

  it('refuses what it does not know', () => {
    expect(() => parseGitOptions(['--part', 'luck'])).toThrow('--part takes size or contention or soak');
  });
});
