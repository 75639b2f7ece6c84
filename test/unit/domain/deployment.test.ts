import { describe, expect, it } from 'vitest';
import { resumed } from '../../../src/domain/deployment.ts';
import { timings } from '../../../src/domain/timings.ts';
import { aDeployment } from '../../support/release.ts';

const REDRIVEN = { redrives: 1, redrivenAt: '2026-01-02T05:00:00.000Z' };

describe('resumed', () => {
  it('leaves a deployment as it is where nobody redrove it', () => {
    expect(resumed(aDeployment(), { redrives: 0, redrivenAt: null })).toEqual(aDeployment());
  });

  it('accounts for a redrive once', () => {
    const once = resumed(aDeployment(), REDRIVEN);
    expect(once.idle).toEqual([{ from: '2026-01-02T03:04:06.100Z', to: '2026-01-02T05:00:00.000Z' }]);
    expect(resumed(once, REDRIVEN)).toEqual(once);
  });

  it('counts the approval after a redrive from the redrive on', () => {
    const marks = { started: '2026-01-02T03:00:00.000Z', resolved: '2026-01-02T03:00:01.000Z', approved: '2026-01-02T05:10:00.000Z' };
    const { idle } = resumed(aDeployment({ marks }), REDRIVEN);
    expect(timings(marks, idle)).toMatchObject({ resolve: 1_000, approval: 600_000, total: 601_000 });
  });
});
