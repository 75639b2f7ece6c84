import { describe, expect, it } from 'vitest';
import { commitMessage, isOwnCommit } from '../../../src/domain/commit-message.ts';
import { turnedRound } from '../../../src/domain/rollback.ts';
import { aDeployment, aDigest, aRelease } from '../../support/release.ts';

const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:slipway-dev:e1';

const COMMIT = { revision: 'c1', head: 'c1', url: null, changes: [] };
const WAY_BACK = turnedRound({ ...aDeployment(), claim: { generation: 1, redrives: 0 }, commit: COMMIT }, aRelease({ tag: '1.0.0', digest: aDigest('0') }), '2026-01-02T03:10:00.000Z');

describe('commitMessage', () => {
  it('says what goes where, and ends with trailers', () => {
    expect(commitMessage(EXECUTION, aDeployment()).split('\n')).toEqual([
      'Deploy inference-service 1.1.0 to dev/eu',
      '',
      `Image 111122223333.dkr.ecr.eu-central-1.amazonaws.com/inference-service:1.1.0@${aDigest()}`,
      `https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${EXECUTION}`,
      '',
      `Slipway-Execution: ${EXECUTION}`,
      `Slipway-Release: inference-service:1.1.0@${aDigest()}`,
      '',
    ]);
  });

  it('says of a rollback what went wrong and what comes back', () => {
    const lines = commitMessage(EXECUTION, WAY_BACK).split('\n');
    expect(lines[0]).toBe('Roll back inference-service from 1.1.0 to 1.0.0 on dev/eu');
    expect(lines[2]).toBe(`Image 111122223333.dkr.ecr.eu-central-1.amazonaws.com/inference-service:1.0.0@${aDigest('0')}`);
    expect(lines.slice(-3)).toEqual([`Slipway-Execution: ${EXECUTION}`, `Slipway-Release: inference-service:1.0.0@${aDigest('0')}`, '']);
  });

  it('leaves the page out where it is not known', () => {
    expect(commitMessage('arn:aws-cn:states:cn-north-1:1:execution:m:e', aDeployment())).not.toContain('https://');
  });

  it('refuses a tag that would forge a trailer', () => {
    expect(() => commitMessage(EXECUTION, aDeployment({ release: aRelease({ tag: '1\nSlipway-Execution: other' }) }))).toThrow('control character');
  });
});

describe('isOwnCommit', () => {
  const message = commitMessage(EXECUTION, aDeployment());

  it('knows the commit of this execution for this target', () => {
    expect(isOwnCommit(message, EXECUTION, aDeployment())).toBe(true);
  });

  it.each([
    ['another execution', `${EXECUTION}2`, aDeployment()],
    ['another target', EXECUTION, aDeployment({ target: 'us' })],
    ['another release', EXECUTION, aDeployment({ release: aRelease({ tag: '1.2.0' }) })],
    ['the rollback of the same release', EXECUTION, WAY_BACK],
  ])('is not taken in by %s', (_what, execution, deployment) => {
    expect(isOwnCommit(message, execution, deployment)).toBe(false);
  });
});
