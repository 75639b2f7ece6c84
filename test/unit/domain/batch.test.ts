import { describe, expect, it } from 'vitest';
import { asOneCommit, type Candidate, type EditMemory, layEdits } from '../../../src/domain/batch.ts';
import { commitMessage, isOwnCommit } from '../../../src/domain/commit-message.ts';
import { aDeployment, aRelease } from '../../support/release.ts';
import { anEdit } from '../../support/service.ts';

const FILES = { 'a.yaml': 'image:\n  tag: 1.0.0\n', 'b.yaml': 'image:\n  tag: 1.0.0\n', 'shared.yaml': 'a: 1.0.0\nb: 1.0.0\n' };

function aCandidate(name: string, file: string, path = 'image.tag', tag = '1.1.0'): Candidate {
  return { name, edits: [anEdit({ file, path })], release: aRelease({ tag }) };
}

describe('layEdits', () => {
  it('makes each edit on what those before it leave', () => {
    const { edited, files } = layEdits(FILES, [aCandidate('a', 'shared.yaml', 'a'), aCandidate('b', 'shared.yaml', 'b')], new Map());
    expect(edited).toMatchObject([{ files: { 'shared.yaml': 'a: 1.1.0\nb: 1.0.0\n' } }, { files: { 'shared.yaml': 'a: 1.1.0\nb: 1.1.0\n' } }]);
    expect(files).toEqual({ ...FILES, 'shared.yaml': 'a: 1.1.0\nb: 1.1.0\n' });
  });

  it('refuses one by itself, and leaves the others as if it had not been there', () => {
    const { edited, files } = layEdits(FILES, [aCandidate('bad', 'a.yaml', 'image.digest'), aCandidate('missing', 'c.yaml'), aCandidate('a', 'a.yaml')], new Map());
    expect(edited.map((one) => ('refused' in one ? String(one.refused) : one.changes.length))).toEqual([expect.stringContaining('image has no key digest'), expect.stringContaining('c.yaml was not read'), 1]);
    expect(files).toEqual({ ...FILES, 'a.yaml': 'image:\n  tag: 1.1.0\n' });
  });

  it('changes nothing for a value that is there, or that one before it writes', () => {
    const { edited } = layEdits(FILES, [aCandidate('a', 'a.yaml'), aCandidate('twin', 'a.yaml'), aCandidate('old', 'b.yaml', 'image.tag', '1.0.0')], new Map());
    expect(edited.map((one) => 'changes' in one && one.changes.length)).toEqual([1, 0, 0]);
  });

  it('remembers an edit as long as its files are the same, and makes it again once they are not', () => {
    const memory: EditMemory = new Map();
    const candidates = [aCandidate('a', 'a.yaml')];
    const [first] = layEdits(FILES, candidates, memory).edited;
    expect(layEdits({ ...FILES, 'b.yaml': 'changed: yes\n' }, candidates, memory).edited[0]).toBe(first);
    const changed = layEdits({ ...FILES, 'a.yaml': '# theirs\nimage:\n  tag: 1.0.0\n' }, candidates, memory);
    expect(changed.files['a.yaml']).toBe('# theirs\nimage:\n  tag: 1.1.0\n');
  });
});

describe('asOneCommit', () => {
  const [web, api] = ['web', 'api'].map((service) => aDeployment({ service, release: aRelease({ repository: service }) }));
  const commitOf = (deployment = aDeployment(), execution = 'one') => ({ files: { 'shared.yaml': `${deployment.service}\n` }, message: commitMessage(execution, deployment) });

  it('is the commit itself where there is one', () => {
    expect(asOneCommit([commitOf(web)])).toEqual(commitOf(web));
  });

  it('names every release, each of which finds its own', () => {
    const { message, files } = asOneCommit([commitOf(web, 'one'), commitOf(api, 'two')]);
    expect(message).toMatch(/^deploy\(dev\): web 1\.1\.0, and 1 more\n\n/);
    expect(files).toEqual({ 'shared.yaml': 'api\n' });
    expect([isOwnCommit(message, 'one', web ?? aDeployment()), isOwnCommit(message, 'two', api ?? aDeployment())]).toEqual([true, true]);
  });

  it('is not taken for one whose trailers are in it only of several releases together', () => {
    const { message } = asOneCommit([commitOf(web, 'one'), commitOf(api, 'two')]);
    expect(isOwnCommit(message, 'two', web ?? aDeployment())).toBe(false);
  });
});
