import { describe, expect, it } from 'vitest';
import { createMemoryClock } from '../../../src/adapters/memory/clock.ts';
import { createMemoryReleaseRegistry } from '../../../src/adapters/memory/release-registry.ts';
import { createMemoryServiceStore } from '../../../src/adapters/memory/service-store.ts';
import type { Service } from '../../../src/domain/service.ts';
import { resolveRelease } from '../../../src/steps/resolve-release.ts';
import { aDigest } from '../../support/release.ts';
import { aService, aTarget, anEnvironment } from '../../support/service.ts';

const STARTED = '2026-01-02T03:04:06.250Z';
const REPOSITORY = aService().repository;

function aPush(detail: Readonly<Record<string, unknown>> = {}, event: Readonly<Record<string, unknown>> = {}) {
  return {
    source: 'aws.ecr',
    'detail-type': 'ECR Image Action',
    account: '111122223333',
    region: 'eu-central-1',
    time: '2026-01-02T03:04:05Z',
    detail: { result: 'SUCCESS', 'action-type': 'PUSH', 'repository-name': 'inference-service', 'image-digest': aDigest(), 'image-tag': '1.1.0', ...detail },
    ...event,
  };
}

function resolve(request: unknown, services: readonly Service[] = [aService()]) {
  const registry = createMemoryReleaseRegistry();
  registry.push(REPOSITORY, { digest: aDigest(), digests: [aDigest('c')], imagePushedAt: '2026-01-02T03:04:04.000Z' }, '1.1.0');
  registry.push(REPOSITORY, { digest: aDigest('d'), imagePushedAt: '2026-01-02T03:04:04.000Z' });
  registry.push(REPOSITORY, { digest: aDigest('e'), imagePushedAt: '2026-01-02T03:04:04.000Z' }, 'old');
  registry.archive(REPOSITORY, aDigest('e'));
  const ports = { services: createMemoryServiceStore(services), registry, clock: createMemoryClock(STARTED) };
  return resolveRelease.run(ports, resolveRelease.input.parse({ execution: 'x', startedAt: STARTED, request }));
}

describe('resolveRelease of a push', () => {
  it('finds the release and every target of the services that deploy its repository', async () => {
    const second = aService({ name: 'second', environments: { dev: anEnvironment({ targets: { eu: aTarget(), us: aTarget() } }) } });
    expect(await resolve(aPush(), [aService(), second])).toEqual({
      status: 'found',
      origin: {
        release: {
          registry: REPOSITORY.registry, repository: 'inference-service', tag: '1.1.0', digest: aDigest(), digests: [aDigest(), aDigest('c')],
          releasedAt: '2026-01-02T03:04:05.000Z', imagePushedAt: '2026-01-02T03:04:04.000Z',
        },
        marks: { pushed: '2026-01-02T03:04:05.999Z', started: STARTED, resolved: STARTED },
      },
      targets: [
        { service: 'inference-service', environment: 'dev', target: 'eu' },
        { service: 'second', environment: 'dev', target: 'eu' },
        { service: 'second', environment: 'dev', target: 'us' },
      ],
    });
  });

  it('refuses more targets than one execution can hold', async () => {
    const targets = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`cluster-${index}`, aTarget()]));
    await expect(resolve(aPush(), [aService({ environments: { dev: anEnvironment({ targets }) } })])).rejects.toThrow(/^The release goes to 101 targets, and one execution deploys to 100 at most/);
  });

  it.each([
    ['an empty tag', aPush({ 'image-tag': '' }), /^untagged push of sha256:a+: a platform manifest/],
    ['a missing tag', aPush({ 'image-tag': undefined }), /^untagged push/],
    ['an unknown repository', aPush({ 'repository-name': 'unknown' }), /^no service deploys .*\/unknown; add one with slipway apply/],
    ['another account', aPush({}, { account: '999999999999' }), /^no service deploys 999999999999/],
    ['an ignored tag', aPush({ 'image-tag': 'latest' }), /^tag latest is ignored by inference-service/],
  ])('ignores %s, and says why', async (_, event, reason) => {
    expect(await resolve(event)).toMatchObject({ status: 'ignored', reason: expect.stringMatching(reason) as string, targets: [] });
  });

  it('ignores a tag by pattern, in which only the star is special', async () => {
    expect(await resolve(aPush(), [aService({ ignoredTags: ['1.1.*'] })])).toMatchObject({ status: 'ignored' });
    expect(await resolve(aPush(), [aService({ ignoredTags: ['1?1.0', '1.1'] })])).toMatchObject({ status: 'found' });
  });

  it('is superseded when the tag moved since, or was removed', async () => {
    expect(await resolve(aPush({ 'image-digest': aDigest('f') }))).toMatchObject({ status: 'superseded', reason: expect.stringContaining('moved to sha256:a') as string });
    expect(await resolve(aPush({ 'image-tag': 'gone' }))).toMatchObject({ status: 'superseded', reason: expect.stringContaining('was removed') as string });
  });

  it.each([
    ['a tag that could act elsewhere', aPush({ 'image-tag': 'x\nSlipway-Execution: y' }), /A tag has letters/],
    ['a repository with a path in it', aPush({ 'repository-name': '../secrets' }), /A repository name has/],
    ['a failed push', aPush({ result: 'FAILURE' }), /neither an ECR push event nor/],
    ['a delete', aPush({ 'action-type': 'DELETE' }), /neither an ECR push event nor/],
    ['anything else', 'hello', /neither an ECR push event nor/],
  ])('refuses %s before it looks anything up', async (_, event, message) => {
    await expect(async () => resolve(event)).rejects.toThrow(message);
  });
});

describe('resolveRelease by hand', () => {
  it('deploys a tag from the start of the execution, to one target if one is named', async () => {
    const result = await resolve({ service: 'inference-service', environment: 'dev', target: 'eu', tag: '1.1.0', reason: 'again', by: 'me' });
    expect(result).toMatchObject({ status: 'found', origin: { release: { releasedAt: STARTED }, marks: { started: STARTED } }, targets: [{ target: 'eu' }] });
    expect(result.origin?.marks.pushed).toBeUndefined();
  });

  it('finds the tag of a digest', async () => {
    expect(await resolve({ service: 'inference-service', digest: aDigest() })).toMatchObject({ status: 'found', origin: { release: { tag: '1.1.0' } } });
  });

  it.each([
    ['an unknown service', { service: 'nobody', tag: '1.1.0' }, 'ignored', /no service is named nobody/],
    ['an unknown tag', { service: 'inference-service', tag: '9.9.9' }, 'ignored', /no image 9.9.9 in inference-service/],
    ['an unknown digest', { service: 'inference-service', digest: aDigest('9') }, 'ignored', /no image sha256:9+ in inference-service/],
    ['a digest without a tag', { service: 'inference-service', digest: aDigest('d') }, 'ignored', /has no tag/],
    ['a tag that names another digest', { service: 'inference-service', tag: '1.1.0', digest: aDigest('d') }, 'superseded', /names sha256:a+, not sha256:d/],
  ])('deploys nothing for %s, and says why', async (_, request, status, reason) => {
    expect(await resolve(request)).toMatchObject({ status, reason: expect.stringMatching(reason) as string });
  });

  it.each([
    ['an environment', { service: 'inference-service', environment: 'prod', tag: '1.1.0' }, /No environment of service inference-service is named prod; there is dev/],
    ['a target', { service: 'inference-service', environment: 'dev', target: 'mars', tag: '1.1.0' }, /No target of inference-service\/dev is named mars; there is eu/],
    ['an inherited name', { service: 'inference-service', environment: 'constructor', tag: '1.1.0' }, /No environment/],
  ])('refuses %s that is not there, naming those that are', async (_, request, message) => {
    await expect(resolve(request)).rejects.toThrow(message);
  });

  it.each([
    ['neither tag nor digest', { service: 'inference-service' }, 'neither an ECR push event nor'],
    ['a member that nobody reads', { service: 'inference-service', tag: '1.1.0', version: '1.1.0' }, 'A request has no version; leave it out.'],
    ['a tag that could be a path', { service: 'inference-service', tag: '../1.1.0' }, 'A tag has letters, digits'],
    ['a digest cut short', { service: 'inference-service', digest: 'sha256:abc' }, 'A digest is sha256: and 64 hexadecimal digits.'],
  ])('refuses a request with %s, and says what it should be', async (_, request, message) => {
    await expect(async () => resolve(request)).rejects.toThrow(message);
  });

  it('refuses an archived image, which pods could not pull', async () => {
    await expect(resolve({ service: 'inference-service', tag: 'old' })).rejects.toThrow(/inference-service:old is archived in ECR/);
  });
});
