import { describe, expect, it } from 'vitest';
import { SITE_KINDS } from '../support/sandbox/cell.ts';
import { CELLS } from '../support/sandbox/cells.ts';
import { meanWaits, STEP_NAMES, stepOf } from '../support/sandbox/fault-steps.ts';
import { quickCells } from './quick-cells.ts';

describe('the table of faults', () => {
  it('has each cell once', () => {
    expect(CELLS.length).toBe(new Set(CELLS.map(({ name }) => name)).size);
  });

  it.each(STEP_NAMES)('lets %s be killed, throttled, timed out and stopped, and every part of the world that it asks be down', (step) => {
    const names = CELLS.filter((cell) => cell.step === step).map(({ name }) => name);
    const parties = stepOf(step).parties.flatMap((party) => [`${party} down 1 s`, `${party} down 30 s`, `${party} down for good`]);
    const wanted = ['killed before it did anything', 'throttled for good', 'timed out', 'execution stopped by hand', ...parties];
    expect(names).toEqual(expect.arrayContaining(wanted.map((what) => `${step}: ${what}`)));
  });

  it('takes every step, every kind of world and every kind of fault into the quick cells', () => {
    const quick = SITE_KINDS.flatMap((kind) => quickCells(kind, STEP_NAMES)).map(([, , cell]) => cell);
    expect(new Set(quick.map(({ step }) => step))).toEqual(new Set(STEP_NAMES));
    const kindOf = ({ name }: { readonly name: string }) => /killed before|killed during|killed after|timed out|throttled|down 1 s|down 30 s|down for good|lost$|wrong|not allowed|removed|stream cut|stopped/.exec(name)?.[0];
    expect(new Set(quick.map(kindOf))).toEqual(new Set(CELLS.map(kindOf)));
  });
});

describe('the waits of the state machine', () => {
  it('grow with each retry, and end when the retries are used up', () => {
    const wait = meanWaits('CommitRelease');
    const waits = Array.from({ length: 10 }, () => wait('UnavailableError'));
    expect(waits.slice(0, 3)).toEqual([500, 1_250, 3_125]);
    expect(waits.at(-1)).toBe(0);
    expect(waits.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(4 * 60_000);
  });

  it('are none for what no retry mends', () => {
    expect(meanWaits('CommitRelease')('ForbiddenError')).toBe(0);
  });
});
