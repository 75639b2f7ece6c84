import { describe, expect, it } from 'vitest';
import type { Edit } from '../../../src/domain/service.ts';
import { editsOf, sharedScalar } from '../../../src/domain/target-edits.ts';
import { anEdit, anEnvironment, aTarget } from '../../support/service.ts';

const TAG = anEdit({ path: 'image.tag' });
const own = (...edits: readonly Edit[]) => aTarget({ edits });

describe('editsOf', () => {
  it('is what the target says, else what its environment says', () => {
    const environment = anEnvironment({ edits: [TAG] });
    const edits = [anEdit({ file: 'envs/prod/eu.yaml' })];
    expect(editsOf(environment, aTarget())).toBe(environment.edits);
    expect(editsOf(environment, aTarget({ edits }))).toBe(edits);
  });
});

describe('sharedScalar', () => {
  const sharedBy = (eu: Edit, us: Edit) => sharedScalar(anEnvironment({ targets: { eu: own(eu), us: own(us) } }), 'eu');

  it('finds that two targets have the edits of their environment', () => {
    const environment = anEnvironment({ edits: [TAG], targets: { eu: aTarget(), us: aTarget() } });
    expect([sharedScalar(environment, 'eu'), sharedScalar(environment, 'us')]).toEqual([{ with: 'us', edit: TAG }, { with: 'eu', edit: TAG }]);
  });

  it('finds one scalar among several, whichever list it stands in', () => {
    const environment = anEnvironment({ edits: [TAG], targets: { eu: aTarget(), us: own(anEdit({ path: 'us.tag' }), { ...TAG, value: 'repository:tag' }) } });
    expect(sharedScalar(environment, 'eu')).toEqual({ with: 'us', edit: TAG });
  });

  it.each([
    ['another spelling of the path', { path: '["image"].tag' }],
    ['another form of the URL', { git: { ...TAG.git, url: 'git@git.example.com:team/config' } }],
  ])('sees through %s', (_, other) => {
    expect(sharedBy(TAG, anEdit(other))).toEqual({ with: 'us', edit: TAG });
  });

  it.each([
    ['file', { file: 'envs/prod/us.yaml' }],
    ['path', { path: 'us.image.tag' }],
    ['branch', { git: { ...TAG.git, branch: 'us' } }],
    ['repository', { git: { ...TAG.git, url: 'https://git.example.com/team/us.git' } }],
  ])('is null where the %s is another', (_, other) => {
    expect(sharedBy(TAG, anEdit(other))).toBeNull();
  });

  it('takes an item that is found by its name for the one that an index names', () => {
    expect(sharedBy(anEdit({ path: 'images[name=web].newTag' }), anEdit({ path: 'images[0].newTag' }))?.with).toBe('us');
    expect(sharedBy(anEdit({ path: 'images[name=web].newTag' }), anEdit({ path: 'images[name=api].newTag' }))).toBeNull();
  });

  it('does not count what is the same text for every release', () => {
    const literal = (text: string) => anEdit({ value: { literal: text } });
    expect(sharedBy(literal('on'), literal('on'))).toBeNull();
    expect(sharedBy(literal('on'), literal('off'))?.with).toBe('us');
    expect(sharedBy(literal('on'), TAG)?.with).toBe('us');
  });

  it('is null for the only target, and for one that there is not', () => {
    expect([sharedScalar(anEnvironment(), 'eu'), sharedScalar(anEnvironment(), 'us')]).toEqual([null, null]);
  });
});
