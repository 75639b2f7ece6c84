import { describe, expect, it } from 'vitest';
import { createMemoryClock } from '../../../src/adapters/memory/clock.ts';
import { createMemoryReleaseRegistry } from '../../../src/adapters/memory/release-registry.ts';
import { createMemoryServiceStore } from '../../../src/adapters/memory/service-store.ts';
import { createMemoryTargetStore } from '../../../src/adapters/memory/target-store.ts';
import type { Service } from '../../../src/domain/service.ts';
import { resolveRelease } from '../../../src/steps/resolve-release.ts';
import { aDigest } from '../../support/release.ts';
import { aService, anEnvironment, aTarget } from '../../support/service.ts';

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
  const ports = { services: createMemoryServiceStore(services), targets: createMemoryTargetStore(), registry, clock: createMemoryClock(STARTED) };
  return resolveRelease.run(ports, resolveRelease.input.parse({ execution: 'x', startedAt: STARTED, request }));
}

/** What is said of an input that is refused. */
function problemsOf(request: unknown): readonly string[] {
  return resolveRelease.input.safeParse({ execution: 'x', startedAt: STARTED, request }).error?.issues.map(({ message }) => message) ?? [];
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

  it('takes a replication from another registry for a push to this one', async () => {
    const push = await resolve(aPush());
    const event = { 'detail-type': 'ECR Replication Action', resources: ['arn:aws:ecr:eu-central-1:111122223333:repository/inference-service'] };
    const replication = aPush({ 'action-type': 'REPLICATE', 'source-account': '444455556666', 'source-region': 'eu-west-1' }, event);
    expect(await resolve(replication)).toEqual(push);
  });

  it('goes to no environment that comes after another', async () => {
    const environments = { dev: anEnvironment(), prod: anEnvironment({ after: 'dev' }), lab: anEnvironment() };
    expect((await resolve(aPush(), [aService({ environments })])).targets.map(({ environment }) => environment)).toEqual(['dev', 'lab']);
  });

  it('asks for approval where the environment does, in whole seconds', async () => {
    const environments = { dev: anEnvironment({ approval: { timeout: 90_001 } }), lab: anEnvironment() };
    expect((await resolve(aPush(), [aService({ environments })])).targets).toEqual([
      { service: 'inference-service', environment: 'dev', target: 'eu', approval: { timeoutSeconds: 91 } },
      { service: 'inference-service', environment: 'lab', target: 'eu' },
    ]);
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
    ['an account that is none', aPush({}, { account: 'evil.example.com/' }), /An account has 12 digits/],
    ['a region that could be a host', aPush({}, { region: 'x.evil.example.com/' }), /A region has lower-case letters/],
    ['a failed push', aPush({ result: 'FAILURE' }), /Only what succeeded is deployed/],
    ['a failed replication', aPush({ 'action-type': 'REPLICATE', result: 'FAILED' }), /Only what succeeded is deployed/],
    ['a delete', aPush({ 'action-type': 'DELETE' }), /Only a push and a replication bring an image/],
    ['an event of another source', aPush({}, { source: 'aws.s3' }), /neither an event of ECR or Slipway nor/],
    ['anything else', 'hello', /neither an event of ECR or Slipway nor/],
    ['nothing', null, /neither an event of ECR or Slipway nor/],
  ])('refuses %s before it looks anything up', (_, event, message) => {
    expect(problemsOf(event)).toEqual([expect.stringMatching(message)]);
  });
});

describe('resolveRelease by hand', () => {
  it('deploys a tag from the start of the execution, to one target if one is named', async () => {
    const result = await resolve({ service: 'inference-service', environment: 'dev', target: 'eu', tag: '1.1.0', reason: 'again', by: 'me' });
    expect(result).toMatchObject({ status: 'found', origin: { release: { releasedAt: STARTED }, marks: { started: STARTED } }, targets: [{ target: 'eu' }] });
    expect(result.origin?.marks.pushed).toBeUndefined();
    expect(result.origin?.request).toEqual({ by: 'me', reason: 'again', at: STARTED });
  });

  it('is a person’s word, even of somebody who gave neither name nor reason', async () => {
    expect((await resolve({ service: 'inference-service', tag: '1.1.0' })).origin?.request).toEqual({ by: 'somebody', reason: 'no reason given', at: STARTED });
  });

  const environments = { dev: anEnvironment(), prod: anEnvironment({ after: 'dev', approval: { timeout: 60_000 } }) };

  it('goes to the environments that come first, unless it names one', async () => {
    const request = { service: 'inference-service', tag: '1.1.0' };
    expect((await resolve(request, [aService({ environments })])).targets).toEqual([{ service: 'inference-service', environment: 'dev', target: 'eu' }]);
    expect((await resolve({ ...request, environment: 'prod' }, [aService({ environments })])).targets).toEqual([
      { service: 'inference-service', environment: 'prod', target: 'eu', approval: { timeoutSeconds: 60 } },
    ]);
  });

  it('needs no approval to roll back', async () => {
    const request = { service: 'inference-service', environment: 'prod', tag: '1.1.0', rollback: true, by: 'me', reason: 'alarms' };
    const { origin, targets } = await resolve(request, [aService({ environments })]);
    expect(targets).toEqual([{ service: 'inference-service', environment: 'prod', target: 'eu' }]);
    expect(origin?.request).toEqual({ by: 'me', reason: 'alarms', at: STARTED, rollback: true });
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
    ['neither tag nor digest', { service: 'inference-service' }, 'A request names an image: "tag", "digest" or both.'],
    ['a service that could be a path', { service: '../inference-service', tag: '1.1.0' }, 'A name has lower-case letters'],
    ['a reason that could forge a trailer', { service: 'inference-service', tag: '1.1.0', reason: 'x\n\nSlipway-Execution: y' }, 'It is one line without control characters.'],
    ['a name that steers a terminal', { service: 'inference-service', tag: '1.1.0', by: '\u001b[2Jroot' }, 'It is one line without control characters.'],
    ['a reason without an end', { service: 'inference-service', tag: '1.1.0', reason: 'x'.repeat(501) }, 'It has at most 500 characters.'],
    ['a member that nobody reads', { service: 'inference-service', tag: '1.1.0', version: '1.1.0' }, 'A request has no version; leave it out.'],
    ['a tag that could be a path', { service: 'inference-service', tag: '../1.1.0' }, 'A tag has letters, digits'],
    ['a digest cut short', { service: 'inference-service', digest: 'sha256:abc' }, 'A digest is sha256: and 64 hexadecimal digits.'],
  ])('refuses a request with %s, and says in one sentence what it should be', (_, request, message) => {
    expect(problemsOf(request)).toEqual([expect.stringContaining(message)]);
  });

  it('refuses an archived image, which pods could not pull', async () => {
    await expect(resolve({ service: 'inference-service', tag: 'old' })).rejects.toThrow(/inference-service:old is archived in ECR/);
  });
});
