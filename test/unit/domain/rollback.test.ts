import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { takeBack } from '../../../src/domain/edits.ts';
import { causeOfEnd, type Committed, decideRollback, replacedReleases, turnedRound } from '../../../src/domain/rollback.ts';
import type { Edit } from '../../../src/domain/service.ts';
import { NEW_TARGET, type TargetState } from '../../../src/domain/target-state.ts';
import { aDeployment, aDigest, aRelease } from '../../support/release.ts';
import { anEnvironment } from '../../support/service.ts';

const failed = aRelease();
const previous = aRelease({ tag: '1.0.0', digest: aDigest('0') });
const COMMIT = { revision: 'c1', head: 'c1', url: null, changes: [] };
const FAILED_AT = '2026-01-02T03:10:00.000Z';

function aCommitted(overrides: Partial<Deployment> = {}): Committed {
  return { claim: { generation: 1, redrives: 0 }, ...aDeployment(overrides), commit: COMMIT };
}

function aState(overrides: Partial<TargetState> = {}): TargetState {
  return { ...NEW_TARGET, current: { release: previous, execution: 'before', concludedAt: '2026-01-01T00:00:00.000Z' }, ...overrides };
}

describe('decideRollback', () => {
  it('goes back to what succeeded last', () => {
    expect(decideRollback(aCommitted(), 'automatic', aState())).toMatchObject({ decision: 'roll-back', to: previous });
  });

  it('goes back from a release that was deployed by hand too', () => {
    const request = { by: 'arn:alice', reason: 'hotfix', at: FAILED_AT };
    expect(decideRollback(aCommitted({ request }), 'automatic', aState()).decision).toBe('roll-back');
  });

  it.each([
    ['the environment leaves it to people', aCommitted(), 'manual'],
    ['nothing was committed', aDeployment(), 'automatic'],
    ['it was a rollback that a person asked for', aCommitted({ request: { by: 'arn:alice', reason: 'slow', at: FAILED_AT, rollback: true } }), 'automatic'],
  ] as const)('lets the failure stand without a word where %s', (_why, deployment, policy) => {
    expect(decideRollback(deployment, policy, aState())).toEqual({ decision: 'stand', why: null });
  });

  it.each([
    ['nothing has succeeded', { current: null }, 'nothing to roll back to: no release has succeeded here'],
    ['the release itself is the current one', { current: { release: failed, execution: 'before', concludedAt: FAILED_AT } }, 'nothing to roll back to: 1.1.0 itself is what succeeded here last'],
    [
      'a person took the current one away',
      { quarantine: [{ digest: previous.digest, tag: '1.0.0', since: '2026-01-01T12:00:00.000Z', cause: 'rolled back by arn:alice: slow' }] },
      'nothing to roll back to: 1.0.0 is quarantined here since 2026-01-01T12:00:00.000Z: rolled back by arn:alice: slow',
    ],
  ])('says why not where %s', (_case, state, why) => {
    expect(decideRollback(aCommitted(), 'automatic', aState(state))).toEqual({ decision: 'stand', why });
  });
});

describe('takeBack', () => {
  const [tag] = anEnvironment().edits;
  if (tag === undefined) throw new Error('anEnvironment has no edit');
  const edits: readonly Edit[] = [tag, { ...tag, path: 'image.digest', value: 'digest' }];
  const file = (tagText: string, digest = failed.digest) => ({ [tag.file]: `image:\n  tag: "${tagText}" # ours\n  digest: ${digest}\n` });

  it('sets every scalar to what it was for the previous release, and nothing else', () => {
    expect(takeBack(file('1.1.0'), edits, { failed, previous })).toMatchObject({ files: file('1.0.0', previous.digest), changes: [{ path: 'image.tag', line: 2 }, { path: 'image.digest', line: 3 }] });
  });

  it('sets only what has not gone back yet', () => {
    expect(takeBack(file('1.0.0'), edits, { failed, previous })).toMatchObject({ files: file('1.0.0', previous.digest), changes: [{ path: 'image.digest' }] });
  });

  it('finds nothing to do where all has gone back', () => {
    expect(takeBack(file('1.0.0', previous.digest), edits, { failed, previous })).toEqual({ files: {}, changes: [] });
  });

  it.each([
    ['the first scalar was changed', file('1.2.0'), edits[0]],
    ['the last scalar was changed', file('1.1.0', aDigest('9')), edits[1]],
    ['a scalar is gone', { [tag.file]: 'image:\n  tag: "1.1.0"\n' }, edits[1]],
    ['the file is gone', {}, edits[0]],
    ['the file cannot be parsed', { [tag.file]: 'image: [\n' }, edits[0]],
  ])('sets none where %s', (_case, files, changed) => {
    expect(takeBack(files, edits, { failed, previous })).toEqual({ changed });
  });
});

describe('turnedRound', () => {
  const marks = { started: '2026-01-02T03:04:06.000Z', claimed: '2026-01-02T03:04:06.200Z' };
  const later = { committed: '2026-01-02T03:04:07.000Z', operationStarted: '2026-01-02T03:04:08.000Z', applied: '2026-01-02T03:04:09.000Z', ready: '2026-01-02T03:04:10.000Z', noticed: '2026-01-02T03:04:10.100Z', verified: '2026-01-02T03:04:11.000Z' };
  const reached = { marks: { ...marks, ...later }, reported: { operationStarted: '2026-01-02T03:04:08Z' }, pods: [{ name: 'web-1', ready: false, digest: null }] };
  const watching = { watchingSince: '2026-01-02T03:04:09.000Z', syncRequested: true, operationRevision: 'c1' };

  it('sets aside how far the failed release had come, and begins anew after the claim', () => {
    const deployment = aCommitted({ ...reached, ...watching, cause: 'it crashed', warnings: ['digest unproven'], claim: { generation: 3, redrives: 0 } });
    expect(turnedRound(deployment, previous, FAILED_AT)).toEqual({
      ...aDeployment({ marks, cause: 'it crashed', warnings: ['digest unproven'], claim: { generation: 3, redrives: 0 } }),
      rollback: { release: previous, failedAt: FAILED_AT, ...reached, commit: COMMIT },
    });
  });

  it('takes what was never reported for nothing', () => {
    expect(turnedRound(aCommitted(), previous, FAILED_AT).rollback).toMatchObject({ reported: {}, pods: [] });
  });
});

describe('causeOfEnd', () => {
  const back = turnedRound(aCommitted({ cause: 'it crashed' }), previous, FAILED_AT);

  it.each([
    ['takes what was found for the cause', aDeployment(), 'failed', 'found', 'found'],
    ['keeps the first cause', aDeployment({ cause: 'first' }), 'failed', 'found', 'first'],
    ['keeps the first cause on the way back, and adds the second', back, 'failed', 'pods crash', 'it crashed; the rollback to 1.0.0 failed too: pods crash'],
    ['says that the way back was left', back, 'superseded', 'superseded: the claim is gone', 'it crashed; the rollback to 1.0.0 ended: superseded: the claim is gone'],
    ['names a failure that nobody gave a cause', turnedRound(aCommitted(), previous, FAILED_AT), 'failed', 'pods crash', 'the release failed; the rollback to 1.0.0 failed too: pods crash'],
  ] as const)('%s', (_what, deployment, end, found, cause) => {
    expect(causeOfEnd(deployment, end, found)).toBe(cause);
  });
});

describe('replacedReleases', () => {
  it('are none for a release that nothing was in the way of', () => {
    expect(replacedReleases(aDeployment())).toEqual([]);
  });

  it('are the failed release on its way back, and those whose claim was taken', () => {
    const interrupts = ['9', '8'].map((digit) => ({ tag: `1.0.${digit}`, digest: aDigest(digit) }));
    const deployment = turnedRound(aCommitted({ interrupts }), previous, FAILED_AT);
    expect(replacedReleases(deployment)).toEqual([failed, ...interrupts.map((one) => aRelease({ ...one, digests: [one.digest] }))]);
  });
});
