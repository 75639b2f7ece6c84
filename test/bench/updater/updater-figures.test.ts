import { describe, expect, it } from 'vitest';
import { parseUpdaterOptions } from '../../../bench/updater/options.ts';
import { updaterFigures } from '../../../bench/updater/updater-figures.ts';

describe('updaterFigures', () => {
  const configuration = { mode: 'best', applications: 2 } as const;

  it('compares the last applications round by round', () => {
    const { ratio, slipway, updater } = updaterFigures(configuration, [{ slipway: [1000, 2000], updater: [4000, 3000] }, { slipway: [500, 900], updater: [900, 800] }]);
    expect(ratio).toEqual({ p50: 0.5, p95: 1 });
    expect([slipway.each?.max, slipway.all?.p50, updater.all?.max]).toEqual([2000, 900, 4000]);
  });

  it('counts applications that never came, and takes their round for no comparison', () => {
    const figures = updaterFigures(configuration, [{ slipway: [1000, 2000], updater: [4000, null] }]);
    expect(figures).toMatchObject({ ratio: null, updater: { lost: 1, all: null, each: { count: 1 } }, slipway: { lost: 0 } });
  });
});

describe('parseUpdaterOptions', () => {
  it('measures every number of applications in both modes unless told otherwise', () => {
    expect(parseUpdaterOptions([])).toEqual({ json: false, rounds: 3, applications: [1, 20, 90], modes: ['default', 'best'] });
  });

  it('refuses what it does not know', () => {
    expect(() => parseUpdaterOptions(['--mode', 'worst'])).toThrow('--mode takes default or best');
  });
});
