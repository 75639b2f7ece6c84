import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesRepository, parseImage, runsRelease } from '../../../src/domain/image.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const PLATFORM_DIGEST = `sha256:${'cd'.repeat(32)}`;
const OTHER_DIGEST = `sha256:${'ef'.repeat(32)}`;
const REGISTRY = '111122223333.dkr.ecr.eu-central-1.amazonaws.com';
const release = { repository: 'team/web', tag: 'v2', digest: DIGEST, digests: [DIGEST, PLATFORM_DIGEST] };

describe('parseImage', () => {
  it.each([
    ['web', null, 'web', null, null],
    ['team/web:v1', null, 'team/web', 'v1', null],
    ['localhost/web', 'localhost', 'web', null, null],
    ['localhost:5000/web', 'localhost:5000', 'web', null, null],
    ['web:5000', null, 'web', '5000', null],
    ['Host/web', 'Host', 'web', null, null],
    ['[::1]:5000/team/web:v1', '[::1]:5000', 'team/web', 'v1', null],
    [`${REGISTRY}/team/web:v1@${DIGEST}`, REGISTRY, 'team/web', 'v1', DIGEST],
    [`team/web@${DIGEST}`, null, 'team/web', null, DIGEST],
    ['team/a__b.c--d', null, 'team/a__b.c--d', null, null],
  ])('reads %s', (reference, registry, repository, tag, digest) => {
    expect(parseImage(reference)).toEqual({ registry, repository, tag, digest });
  });

  it.each(['', 'Web', 'web:', 'web:a b', 'web@sha256:12', 'web@', '/web', 'team//web', 'team/web/', 'https://x.example/web', 'web:v1:v2', `web:${'a'.repeat(129)}`, 'host.example:port/web', 'team/___a'])(
    'refuses %j',
    (reference) => {
      expect(parseImage(reference)).toBeNull();
    },
  );

  it('reads back whatever was put together', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const registries = fc.option(fc.constantFrom('localhost', 'r.example', 'r.example:8080', '127.0.0.1:5000'));
    const repositories = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => ['x', ...parts].join('/'));
    const tags = fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/));
    fc.assert(
      fc.property(registries, repositories, tags, fc.option(fc.constant(DIGEST)), (registry, repository, tag, digest) => {
        const text = `${registry === null ? '' : `${registry}/`}${repository}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;
        expect(parseImage(text)).toEqual({ registry, repository, tag, digest });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => parseImage(text) === null || parseImage(text)?.repository !== ''));
  });
});

describe('namesRepository', () => {
  it('looks at the path and not at the registry, which replication changes', () => {
    expect(namesRepository(`${REGISTRY}/team/web:other`, release)).toBe(true);
    expect(namesRepository('other.example:5000/team/web', release)).toBe(true);
  });

  it.each(['team/web-admin:v2', 'web:v2', 'r.example/mirror/team/web:v2', 'not an image'])('does not take %s for it', (reference) => {
    expect(namesRepository(reference, release)).toBe(false);
  });

  it('accepts the mirror, on its own registry if it names one', () => {
    expect(namesRepository('r.example/cache/web:v2', release, 'cache/web')).toBe(true);
    expect(namesRepository('r.example/cache/web:v2', release, 'r.example/cache/web')).toBe(true);
    expect(namesRepository('other.example/cache/web:v2', release, 'r.example/cache/web')).toBe(false);
    expect(namesRepository('team/web:v2', release, 'cache/web')).toBe(true);
    expect(namesRepository('cache/web:v2', release, 'Not a name')).toBe(false);
  });
});

describe('runsRelease', () => {
  it.each([
    ['the tag', 'team/web:v2', true],
    ['another tag', 'team/web:v1', false],
    ['the pushed digest', `team/web@${DIGEST}`, true],
    ['a digest of one platform', `team/web@${PLATFORM_DIGEST}`, true],
    ['another digest behind the same tag', `team/web:v2@${OTHER_DIGEST}`, false],
    ['the digest behind another tag', `team/web:v1@${DIGEST}`, true],
    ['another repository', 'team/api:v2', false],
    ['no tag', 'team/web', false],
  ])('decides on %s', (_what, reference, expected) => {
    expect(runsRelease(reference, release)).toBe(expected);
  });

  it('takes a missing tag for latest, as the kubelet does', () => {
    expect(runsRelease('team/web', { ...release, tag: 'latest' })).toBe(true);
  });

  it('recognises the release behind a mirror', () => {
    expect(runsRelease(`r.example/cache/web@${DIGEST}`, release, 'cache/web')).toBe(true);
  });
});
