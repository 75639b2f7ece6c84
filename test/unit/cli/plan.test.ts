import { describe, expect, it } from 'vitest';
import { planApply } from '../../../cli/apply/plan.ts';
import { DEFAULT_POLICY, type Service } from '../../../src/domain/service.ts';
import { anEnvironment, aService, aTarget } from '../../support/service.ts';

const OWNER = 'team-inference';
const changesOf = (wanted: readonly Service[], stored: readonly Service[], prune = false) =>
  planApply(OWNER, wanted, { named: stored.filter(({ name }) => wanted.some((one) => one.name === name)), owned: stored.filter(({ owner }) => owner === OWNER) }, prune);

describe('planApply', () => {
  it('adds a service that is not stored, and shows all of its values', () => {
    const [change] = changesOf([aService()], []);
    expect(change).toMatchObject({ change: 'added', service: { name: 'inference-service' } });
    expect(change?.lines).toContain('+ environments.dev.edits[0].path: "image.tag"');
    expect(change?.lines).toContain('+ ignoredTags[0]: "latest"');
  });

  it('finds nothing to do when the same file is applied again', () => {
    expect(changesOf([aService()], [aService()])).toEqual([{ change: 'unchanged', service: aService(), lines: [] }]);
  });

  it('shows a changed value with what it was', () => {
    const slower = aService({ environments: { dev: anEnvironment({ policy: { ...DEFAULT_POLICY, rolloutTimeout: 1_000 } }) } });
    expect(changesOf([slower], [aService()])[0]).toMatchObject({ change: 'changed', lines: ['~ environments.dev.policy.rolloutTimeout: 900000 → 1000'] });
  });

  it('shows what was taken out of a service that stays', () => {
    const targets = { eu: aTarget(), us: aTarget({ cluster: { name: 'dev-us', region: 'us-east-1' } }) };
    const before = aService({ environments: { dev: anEnvironment({ targets }) }, ignoredTags: ['latest', 'pr-*'] });
    const [change] = changesOf([aService()], [before]);
    expect(change?.lines).toContain('- environments.dev.targets.us.cluster.name: "dev-us"');
    expect(change?.lines).toContain('- ignoredTags[1]: "pr-*"');
  });

  it('tells an empty list from a missing one', () => {
    expect(changesOf([aService({ ignoredTags: [] })], [aService()])[0]?.lines).toEqual(['- ignoredTags[0]: "latest"', '+ ignoredTags: []']);
  });

  it('cuts off a value too long to read', () => {
    const [change] = changesOf([aService({ name: 'inference-service', owner: OWNER, ignoredTags: ['x'.repeat(500)] })], [aService()]);
    expect(change?.lines[0]).toMatch(/^~ ignoredTags\[0\]: "latest" → "x{99}…$/);
  });

  it('leaves services that the file no longer names where they are', () => {
    expect(changesOf([], [aService()])).toEqual([]);
  });

  it('removes with prune what the owner no longer names, and nobody else’s', () => {
    const gone = aService({ name: 'gone' });
    const theirs = aService({ name: 'theirs', owner: 'team-other' });
    expect(changesOf([aService()], [aService(), gone, theirs], true).map(({ change, service }) => [service.name, change])).toEqual([
      ['inference-service', 'unchanged'],
      ['gone', 'removed'],
    ]);
  });

  it('refuses to change another owner’s service', () => {
    expect(() => changesOf([aService()], [aService({ owner: 'team-other' })])).toThrow('Service inference-service belongs to team-other, not to team-inference');
  });
});
