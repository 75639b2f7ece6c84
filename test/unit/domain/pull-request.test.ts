import { describe, expect, it } from 'vitest';
import { commitMessage } from '../../../src/domain/commit-message.ts';
import { answerToMerge, headBranch, type PullRequest, wordsOf } from '../../../src/domain/pull-request.ts';
import { aDeployment } from '../../support/release.ts';
import { anEdit } from '../../support/service.ts';

const NOW = '2026-01-05T00:00:00.000Z';
const OPEN: PullRequest = { number: 7, url: 'https://git.example.com/7', state: 'open', head: 'a'.repeat(40) };

describe('headBranch', () => {
  it('is one for each environment and service, and for each target with edits of its own; none is the folder of another', () => {
    expect(headBranch(aDeployment(), {})).toBe('slipway/dev/inference-service');
    expect(headBranch(aDeployment(), { edits: [anEdit()] })).toBe('slipway/dev/inference-service_eu');
  });
});

describe('wordsOf', () => {
  it('titles a pull request as its commit, without what Slipway says to itself', () => {
    const { title, body } = wordsOf(commitMessage('arn:execution', aDeployment()));
    expect(title).toBe('deploy(dev): inference-service 1.1.0');
    expect(body).toMatch(/^Release: [^]*\nExecution: arn:execution$/);
  });

  it('has no text where the template of the commit has none', () => {
    expect(wordsOf(commitMessage('arn:execution', aDeployment(), { settings: { subject: 'up {tag}', body: '' } }))).toEqual({ title: 'up 1.1.0', body: '' });
  });
});

describe('answerToMerge', () => {
  it('waits while it is open, and goes on once it is merged, at the time at which we heard of it', () => {
    expect(answerToMerge(OPEN, NOW)).toBeNull();
    expect(answerToMerge({ ...OPEN, state: 'merged', by: 'ada', at: '2026-01-04T00:00:00Z' }, NOW)).toEqual({ status: 'merged', at: NOW });
  });

  it.each<[string, Partial<PullRequest>, string]>([
    ['who and when', { by: 'ada', at: '2026-01-04T00:00:00Z' }, ' by ada at 2026-01-04T00:00:00Z'],
    ['who', { by: 'ada' }, ' by ada'],
    ['neither', {}, ''],
    ['a name that would forge a line', { by: 'ada\n\u001b[31mroot' }, ' by ada root'],
  ])('rejects one that was closed, with what the host says: %s', (_, said, words) => {
    expect(answerToMerge({ ...OPEN, state: 'closed', ...said }, NOW)).toEqual({ status: 'rejected', cause: `pull request #7 was closed without a merge${words}: https://git.example.com/7` });
  });
});
