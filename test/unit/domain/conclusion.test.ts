import { describe, expect, it } from 'vitest';
import { causeOf, type Conclusion, explained, failureText, mergeConclusions, outcomeOf, unfinished } from '../../../src/domain/conclusion.ts';
import { aDeployment, aRollback } from '../../support/release.ts';

const KEYS = ['eu', 'us'].map((target) => ({ service: 'web', environment: 'dev', target }));

function aConclusion(target: string, outcome: Conclusion['outcome'], cause: string | null = null): Conclusion {
  return { target: `web/dev/${target}`, outcome, cause, timings: null, redrives: 0 };
}

describe('outcomeOf', () => {
  it.each(['succeeded', 'failed', 'superseded', 'ignored', 'rejected'])('keeps %s', (status) => expect(outcomeOf(status)).toBe(status));
  it.each(['errored', 'claimed', 'anything'])('counts %s as errored, so that an unknown status is never a success', (status) => expect(outcomeOf(status)).toBe('errored'));

  it.each([
    ['succeeded', 'rolled-back'],
    ['failed', 'failed'],
    ['errored', 'failed'],
    ['superseded', 'superseded'],
  ])('takes %s on the way back from a release that failed for %s', (status, outcome) => expect(outcomeOf(status, aRollback())).toBe(outcome));
});

describe('causeOf', () => {
  it('is null for a success', () => {
    expect(causeOf(aDeployment({ cause: 'old' }), 'succeeded', null)).toBeNull();
  });

  it("keeps the deployment's first cause over later trouble", () => {
    expect(causeOf(aDeployment({ cause: 'pod web: OOMKilled' }), 'errored', { error: 'UnavailableError', cause: 'x' })).toBe('pod web: OOMKilled');
  });

  it("reads the message out of a Lambda error's cause", () => {
    const cause = JSON.stringify({ errorType: 'UnauthorizedError', errorMessage: 'Argo CD refused the "token".', trace: [] });
    expect(causeOf(aDeployment(), 'errored', { error: 'UnauthorizedError', cause })).toBe('UnauthorizedError: Argo CD refused the "token".');
  });

  it('takes a plain cause as it is, and the error alone when there is none', () => {
    expect(causeOf(aDeployment(), 'errored', { error: 'States.Timeout', cause: 'plain' })).toBe('States.Timeout: plain');
    expect(causeOf(aDeployment(), 'errored', { error: 'States.Timeout', cause: '' })).toBe('States.Timeout');
  });

  const DOWN = { error: 'UnavailableError', cause: 'The Git host does not answer.' };

  it('adds to the cause of a failure what kept it from being rolled back', () => {
    expect(causeOf(aDeployment({ cause: 'pod web: OOMKilled' }), 'failed', DOWN)).toBe('pod web: OOMKilled; it was not rolled back: UnavailableError: The Git host does not answer.');
  });

  it('adds to the cause of a failure what broke the way back off', () => {
    const deployment = aDeployment({ cause: 'pod web: OOMKilled', rollback: aRollback() });
    expect(causeOf(deployment, 'errored', DOWN)).toBe('pod web: OOMKilled; the rollback to 1.0.0 was not finished: UnavailableError: The Git host does not answer.');
  });

  it('keeps the first cause of a release that was rolled back', () => {
    expect(causeOf(aDeployment({ cause: 'pod web: OOMKilled', rollback: aRollback() }), 'succeeded', null)).toBe('pod web: OOMKilled');
  });

  it('does not let a long cause hide what kept the release from being rolled back, nor grow beyond a line', () => {
    const both = causeOf(aDeployment({ cause: 'x'.repeat(5000) }), 'failed', DOWN);
    expect(both).toHaveLength(1_000);
    expect(both).toMatch(/x…; it was not rolled back: UnavailableError: The Git host does not answer\.$/);
    expect(causeOf(aDeployment({ cause: 'x'.repeat(5000) }), 'failed', { ...DOWN, cause: 'y'.repeat(2000) })).toHaveLength(1_000);
  });

  it('keeps the fix of what kept the release from being rolled back, however long both are', () => {
    const refused = { error: 'ForbiddenError', cause: `Cannot look up ${'x'.repeat(5000)}; allow ecr:DescribeImages.` };
    expect(causeOf(aDeployment({ cause: 'x'.repeat(5000) }), 'failed', refused)).toMatch(/x…; it was not rolled back: ForbiddenError: Cannot look up x+…x+; allow ecr:DescribeImages\.$/);
  });

  it('leaves room for the fix where the first cause is short', () => {
    const refused = { error: 'ForbiddenError', cause: `Cannot GetItem: AccessDeniedException: ${'arn:'.repeat(100)}; allow dynamodb:GetItem in the role's policy.` };
    expect(causeOf(aDeployment({ cause: `pod web: ${'x'.repeat(150)}` }), 'failed', refused)).toMatch(/; allow dynamodb:GetItem in the role's policy\.$/);
  });

  it('names the status when nothing else is known', () => {
    expect(causeOf(aDeployment(), 'failed', null)).toBe('ended with status failed');
  });

  it('is a line, not a log', () => {
    expect(causeOf(aDeployment({ cause: 'x'.repeat(5000) }), 'failed', null)).toHaveLength(1_000);
  });
});

describe('explained', () => {
  it('adds the error that kept a conclusion from being recorded', () => {
    const trouble = { error: 'ForbiddenError', cause: JSON.stringify({ errorMessage: 'Cannot publish; allow events:PutEvents.' }) };
    const cause = 'its conclusion could not be recorded';
    expect(explained({ ...aConclusion('eu', 'errored', cause), trouble })).toEqual(aConclusion('eu', 'errored', `${cause}: ForbiddenError: Cannot publish; allow events:PutEvents.`));
  });

  it('leaves one that was recorded as it is', () => {
    expect(explained(aConclusion('eu', 'failed', 'pod web: OOMKilled'))).toEqual(aConclusion('eu', 'failed', 'pod web: OOMKilled'));
  });
});

describe('mergeConclusions', () => {
  it('puts this pass over earlier ones and keeps the rest', () => {
    const merged = mergeConclusions(KEYS, [aConclusion('eu', 'succeeded'), aConclusion('us', 'failed')], [aConclusion('us', 'succeeded')]);
    expect(merged.map((one) => one.outcome)).toEqual(['succeeded', 'succeeded']);
  });

  it('counts a target without a conclusion as errored', () => {
    expect(mergeConclusions(KEYS, [], [aConclusion('eu', 'succeeded')])[1]).toMatchObject({ target: 'web/dev/us', outcome: 'errored' });
  });
});

describe('unfinished', () => {
  it.each(['succeeded', 'superseded', 'ignored', 'rejected'] as const)('leaves out a target that ended %s', (outcome) => {
    expect(unfinished(KEYS, [aConclusion('eu', outcome), aConclusion('us', 'errored')])).toEqual([KEYS[1]]);
  });

  it.each(['failed', 'errored', 'rolled-back'] as const)('is every target that ended %s', (outcome) => {
    expect(unfinished(KEYS, [aConclusion('eu', outcome), aConclusion('us', 'succeeded')])).toEqual([KEYS[0]]);
  });
});

describe('failureText', () => {
  it('names each target that failed, with its outcome and cause', () => {
    expect(failureText([aConclusion('eu', 'succeeded'), aConclusion('us', 'failed', 'pod web: ImagePullBackOff')])).toBe(
      '1 of 2 targets did not get the release. web/dev/us failed: pod web: ImagePullBackOff',
    );
  });
});
