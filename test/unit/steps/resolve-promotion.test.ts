import { describe, expect, it } from 'vitest';
import { createMemoryClock } from '../../../src/adapters/memory/clock.ts';
import { createMemoryReleaseRegistry } from '../../../src/adapters/memory/release-registry.ts';
import { createMemoryServiceStore } from '../../../src/adapters/memory/service-store.ts';
import type { Release } from '../../../src/domain/release.ts';
import type { Service } from '../../../src/domain/service.ts';
import { NEW_TARGET, type TargetState } from '../../../src/domain/target-state.ts';
import { resolveRelease } from '../../../src/steps/resolve-release.ts';
import { aDigest, aRelease } from '../../support/release.ts';
import { aService, anEnvironment, aTarget } from '../../support/service.ts';

const STARTED = '2026-01-02T03:30:00.000Z';
const twoTargets = { eu: aTarget(), us: aTarget() };
const SERVICE = aService({ environments: { dev: anEnvironment({ targets: twoTargets }), prod: anEnvironment({ after: 'dev', targets: twoTargets }), lab: anEnvironment() } });

/** A target that runs a release. */
function running(release: Partial<Release> = {}, state: Partial<TargetState> = {}): TargetState {
  return { ...NEW_TARGET, current: { release: aRelease(release), execution: 'x', concludedAt: STARTED }, ...state };
}

type World = { readonly states?: Readonly<Record<string, TargetState>>; readonly service?: Service; readonly tagged?: string };

/** Targets by `environment/target`; those left out never had a release. */
function resolve(request: unknown, { states = {}, service = SERVICE, tagged = aDigest() }: World = {}) {
  const registry = createMemoryReleaseRegistry();
  registry.push(service.repository, { digest: tagged, imagePushedAt: '2026-01-02T03:04:05.000Z' }, '1.1.0');
  const targets = { target: async ({ environment, target }: { readonly environment: string; readonly target: string }) => states[`${environment}/${target}`] ?? NEW_TARGET };
  const ports = { services: createMemoryServiceStore([service]), targets, registry, clock: createMemoryClock(STARTED) };
  return resolveRelease.run(ports, resolveRelease.input.parse({ execution: 'x', startedAt: STARTED, request }));
}

function aConclusion(detail: Readonly<Record<string, unknown>> = {}) {
  const release = aRelease();
  return {
    source: 'slipway',
    'detail-type': 'Slipway Deployment Concluded',
    detail: { service: 'inference-service', environment: 'dev', target: 'eu', outcome: 'succeeded', release, cause: null, ...detail },
  };
}

describe('resolveRelease of a promotion', () => {
  it('goes to what comes after, once every target before it has the release, and keeps its place in the order', async () => {
    const result = await resolve(aConclusion(), { states: { 'dev/eu': running(), 'dev/us': running() } });
    expect(result).toEqual({
      status: 'found',
      origin: { release: aRelease(), marks: { started: STARTED, resolved: STARTED } },
      targets: [
        { service: 'inference-service', environment: 'prod', target: 'eu' },
        { service: 'inference-service', environment: 'prod', target: 'us' },
      ],
    });
  });

  it('leaves out the targets that have the release', async () => {
    const states = { 'dev/eu': running(), 'dev/us': running(), 'prod/eu': running() };
    expect((await resolve(aConclusion(), { states })).targets).toEqual([{ service: 'inference-service', environment: 'prod', target: 'us' }]);
  });

  it('asks for approval where the environment does', async () => {
    const environments = { ...SERVICE.environments, prod: anEnvironment({ after: 'dev', approval: { timeout: 60_000 } }) };
    const result = await resolve(aConclusion(), { states: { 'dev/eu': running(), 'dev/us': running() }, service: { ...SERVICE, environments } });
    expect(result.targets).toEqual([{ service: 'inference-service', environment: 'prod', target: 'eu', approval: { timeoutSeconds: 60 } }]);
  });

  it('takes the newest of the releases of one digest, whichever target tells of it', async () => {
    const older = { tag: 'c0ffee1', releasedAt: '2026-01-02T03:04:04.000Z' };
    for (const states of [{ 'dev/eu': running(older), 'dev/us': running() }, { 'dev/eu': running(), 'dev/us': running(older) }]) {
      expect((await resolve(aConclusion(), { states })).origin?.release).toEqual(aRelease());
    }
  });

  const both = { 'dev/eu': running(), 'dev/us': running() };
  const everywhere = { ...both, 'prod/eu': running(), 'prod/us': running() };
  const held = running({}, { hold: { by: 'me', reason: 'alarms', since: STARTED } });
  it.each([
    ['one target does not have it yet', aConclusion(), { states: { 'dev/eu': running() } }, 'dev/us does not have it yet'],
    ['one target has another release by now', aConclusion(), { states: { ...both, 'dev/eu': running({ digest: aDigest('b') }) } }, 'dev/eu does not have it yet'],
    ['one target is held', aConclusion(), { states: { ...both, 'dev/us': held } }, 'dev/us is held by me: alarms'],
    ['nothing comes after', aConclusion({ environment: 'lab' }), { states: both }, 'nothing comes after lab'],
    ['the environment is gone', aConclusion({ environment: 'gone' }), { states: both }, 'nothing comes after gone'],
    ['every target has it', aConclusion(), { states: everywhere }, 'prod has 1.1.0 already'],
    ['the service is gone', aConclusion({ service: 'gone' }), { states: both }, 'no service is named gone; add it with slipway apply'],
  ])('is ignored when %s', async (_, event, world, reason) => {
    expect(await resolve(event, world)).toEqual({ status: 'ignored', reason, origin: null, targets: [] });
  });

  it('is superseded when its tag has moved: that image goes through dev first', async () => {
    expect(await resolve(aConclusion(), { states: both, tagged: aDigest('b') })).toMatchObject({ status: 'superseded', reason: expect.stringContaining('moved to sha256:b') as string });
  });

  it.each([
    ['that failed', aConclusion({ outcome: 'failed' }), 'Only what succeeded is promoted.'],
    ['of a name that could be a key', aConclusion({ service: 'x#config' }), 'A name has lower-case letters'],
    ['of a digest that is none', aConclusion({ release: { digest: 'latest' } }), 'A digest is sha256:'],
  ])('refuses a conclusion %s', (_, request, message) => {
    const { error } = resolveRelease.input.safeParse({ execution: 'x', startedAt: STARTED, request });
    expect(error?.issues.map((issue) => issue.message)).toEqual([expect.stringContaining(message)]);
  });
});

describe('resolveRelease of Slipway’s own request', () => {
  const request = { trigger: 'sweep', service: 'inference-service', environment: 'prod', target: 'eu', tag: '1.1.0', digest: aDigest(), releasedAt: '2026-01-02T03:04:05.000Z' };

  it.each(['sweep', 'next'])('from %s goes to the one target that it names, keeps its place, and is no person’s word', async (trigger) => {
    const { origin, targets } = await resolve({ ...request, trigger });
    expect(origin).toEqual({ release: aRelease(), marks: { started: STARTED, resolved: STARTED } });
    expect(targets).toEqual([{ service: 'inference-service', environment: 'prod', target: 'eu' }]);
  });

  it('is superseded when the tag has moved or is gone', async () => {
    expect(await resolve(request, { tagged: aDigest('b') })).toMatchObject({ status: 'superseded' });
    expect(await resolve({ ...request, tag: 'gone' })).toMatchObject({ status: 'superseded', reason: 'tag gone was removed from inference-service since the push' });
  });

  it.each([
    ['a target that has the release by now', request, { states: { 'prod/eu': running() } }, 'inference-service/prod/eu has 1.1.0 already'],
    ['a target that is gone', { ...request, target: 'mars' }, {}, 'inference-service/prod/mars is not configured any more'],
    ['an environment that is gone', { ...request, environment: 'constructor' }, {}, 'inference-service/constructor/eu is not configured any more'],
    ['a service that is gone', { ...request, service: 'gone' }, {}, 'no service is named gone; add it with slipway apply'],
  ])('is ignored for %s', async (_, asked, world, reason) => {
    expect(await resolve(asked, world)).toMatchObject({ status: 'ignored', reason });
  });

  it.each([
    ['another trigger', { ...request, trigger: 'person' }, 'A trigger is next or sweep; leave it out of a request by hand.'],
    ['a person’s words', { ...request, reason: 'x', by: 'me' }, 'A request has no reason, by; leave it out.'],
    ['no target', { ...request, target: undefined }, 'A name has lower-case letters'],
  ])('is refused with %s', (_, asked, message) => {
    const { error } = resolveRelease.input.safeParse({ execution: 'x', startedAt: STARTED, request: asked });
    expect(error?.issues.map((issue) => issue.message)).toEqual([expect.stringContaining(message)]);
  });
});
