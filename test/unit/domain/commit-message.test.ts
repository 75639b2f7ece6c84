import { describe, expect, it } from 'vitest';
import { commitMessage, isOwnCommit } from '../../../src/domain/commit-message.ts';
import { turnedRound } from '../../../src/domain/rollback.ts';
import { aDeployment, aDigest, aRelease } from '../../support/release.ts';

const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:slipway-dev:e1';

const COMMIT = { revision: 'c1', head: 'c1', url: null, changes: [] };
const WAY_BACK = turnedRound({ ...aDeployment(), claim: { generation: 1, redrives: 0 }, commit: COMMIT }, aRelease({ tag: '1.0.0', digest: aDigest('0') }), '2026-01-02T03:10:00.000Z');

const PREVIOUS = aRelease({ tag: '1.0.9', digest: aDigest('9') });
const TRAILERS = ['Slipway-Target: inference-service/dev/eu', `Slipway-Execution: ${EXECUTION}`, `Slipway-Release: inference-service:1.1.0@${aDigest()}`, ''];

describe('commitMessage', () => {
  it('says what goes where and what was there before, and ends with trailers', () => {
    expect(commitMessage(EXECUTION, aDeployment(), { previous: PREVIOUS }).split('\n')).toEqual([
      'deploy(dev): inference-service 1.1.0',
      '',
      'Release: 111122223333.dkr.ecr.eu-central-1.amazonaws.com/inference-service:1.1.0',
      `Digest: ${aDigest()}`,
      'Target: dev/eu',
      `Previous release: 1.0.9 (${aDigest('9')})`,
      `Execution: https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${EXECUTION}`,
      '',
      ...TRAILERS,
    ]);
  });

  it('says of a rollback what comes back and what goes', () => {
    const lines = commitMessage(EXECUTION, WAY_BACK, { previous: PREVIOUS }).split('\n');
    expect(lines[0]).toBe('rollback(dev): inference-service 1.0.0');
    expect(lines).toContain(`Digest: ${aDigest('0')}`);
    expect(lines).toContain(`Previous release: 1.1.0 (${aDigest()})`);
    expect(lines.slice(-3)).toEqual([`Slipway-Execution: ${EXECUTION}`, `Slipway-Release: inference-service:1.0.0@${aDigest('0')}`, '']);
  });

  it.each([
    ['there was none', null],
    ['it is this one', aRelease()],
  ])('leaves the release before out where %s', (_, previous) => {
    expect(commitMessage(EXECUTION, aDeployment(), { previous })).not.toContain('Previous');
  });

  it("links by the execution's name where no page is known", () => {
    const execution = 'arn:aws-cn:states:cn-north-1:1:execution:m:e';
    expect(commitMessage(execution, aDeployment())).toContain(`\nExecution: ${execution}\n`);
  });

  it('has the words of its templates, and the trailers whatever those say', () => {
    const settings = { subject: 'chore({environment}/{target}): {action} {service} to {tag}', body: 'Ticket: none\n\nwas {previous}\nby {execution}\n' };
    expect(commitMessage(EXECUTION, aDeployment(), { settings }).split('\n')).toEqual(['chore(dev/eu): deploy inference-service to 1.1.0', '', 'Ticket: none', '', `by ${EXECUTION}`, '', ...TRAILERS]);
    expect(commitMessage(EXECUTION, aDeployment(), { settings: { body: '' } }).split('\n')).toEqual(['deploy(dev): inference-service 1.1.0', '', ...TRAILERS]);
  });

  it('refuses a tag that would forge a trailer', () => {
    expect(() => commitMessage(EXECUTION, aDeployment({ release: aRelease({ tag: '1\nSlipway-Execution: other' }) }))).toThrow('control character');
  });
});

describe('isOwnCommit', () => {
  const message = commitMessage(EXECUTION, aDeployment());

  it.each([
    ['as it was made', message],
    ['of other words', commitMessage(EXECUTION, aDeployment(), { previous: PREVIOUS, settings: { subject: 'x', body: 'y' } })],
    ['with a trailer that a host added', `${message}Change-Id: I1\n`],
  ])('knows the commit of this execution for this target, %s', (_, text) => {
    expect(isOwnCommit(text, EXECUTION, aDeployment())).toBe(true);
  });

  it.each([
    ['another execution', `${EXECUTION}2`, aDeployment()],
    ['another target', EXECUTION, aDeployment({ target: 'us' })],
    ['another release', EXECUTION, aDeployment({ release: aRelease({ tag: '1.2.0' }) })],
    ['the same tag on another digest', EXECUTION, aDeployment({ release: aRelease({ digest: aDigest('b') }) })],
    ['the rollback of the same release', EXECUTION, WAY_BACK],
  ])('is not taken in by %s', (_what, execution, deployment) => {
    expect(isOwnCommit(message, execution, deployment)).toBe(false);
  });
});
