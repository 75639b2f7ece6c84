import { describe, expect, it } from 'vitest';
import { createMemoryClock } from '../../../src/adapters/memory/clock.ts';
import { createMemoryExecutions } from '../../../src/adapters/memory/executions.ts';
import { createMemoryRecordStore } from '../../../src/adapters/memory/record-store.ts';
import { createMemoryReleaseRegistry } from '../../../src/adapters/memory/release-registry.ts';
import { createMemoryServiceStore } from '../../../src/adapters/memory/service-store.ts';
import { createMemorySweepStore } from '../../../src/adapters/memory/sweep-store.ts';
import { createMemoryTargetStore } from '../../../src/adapters/memory/target-store.ts';
import { ForbiddenError, NotFoundError, RateLimitedError } from '../../../src/domain/errors.ts';
import type { Waiting } from '../../../src/domain/target-state.ts';
import type { ReleaseRegistry } from '../../../src/ports/release-registry.ts';
import { resolveRelease } from '../../../src/steps/resolve-release.ts';
import { sweepReleases } from '../../../src/steps/sweep-releases.ts';
import { anAttempt } from '../../support/attempt.ts';
import { aDigest, aRelease } from '../../support/release.ts';
import { aService } from '../../support/service.ts';

const SINCE = '2026-01-02T00:00:00.000Z';
const PUSHED = '2026-01-02T03:00:00.000Z';
const { registry: REGISTRY } = aService().repository;

/** Services of these names, each with a repository of its own in which one image was pushed. */
function aWorld(...names: readonly string[]) {
  const services = names.map((name) => aService({ name, repository: { registry: REGISTRY, name } }));
  const registry = createMemoryReleaseRegistry({ pageSize: 1 });
  for (const { repository } of services) {
    registry.push(repository, { digest: aDigest('0'), imagePushedAt: '2026-01-02T02:00:00.000Z' }, '1.0.0');
    registry.push(repository, { digest: aDigest(), imagePushedAt: PUSHED }, '1.1.0');
  }
  return {
    sweep: createMemorySweepStore(Object.fromEntries(names.map((name) => [name, SINCE]))),
    services: createMemoryServiceStore(services),
    targets: createMemoryTargetStore(),
    records: createMemoryRecordStore(),
    registry,
    executions: createMemoryExecutions(),
    clock: createMemoryClock(),
  };
}

type World = ReturnType<typeof aWorld>;

const run = (world: Parameters<typeof sweepReleases.run>[0]) => sweepReleases.run(world, {});
const key = (service: string) => ({ service, environment: 'dev', target: 'eu' });
const requested = ({ executions }: World) => executions.started.map(({ request }) => request);

/** A registry that does something else when it lists one repository. */
function listing(world: World, name: string, instead: () => void): Pick<ReleaseRegistry, 'taggedImages'> {
  return {
    async *taggedImages(repository) {
      if (repository.name === name) instead();
      yield* world.registry.taggedImages(repository);
    },
  };
}

describe('sweepReleases', () => {
  it('starts a release whose event was lost, as itself and once', async () => {
    const world = aWorld('web');
    const request = { trigger: 'sweep', ...key('web'), tag: '1.1.0', digest: aDigest(), releasedAt: PUSHED };
    const { started, ...result } = await run(world);
    expect(result).toEqual({ status: 'complete', swept: 1, stoppedAfter: null });
    expect(world.executions.started).toEqual([{ name: started[0], request }]);
    expect(await run(world)).toMatchObject({ started: [] });
    expect(requested(world)).toEqual([request]);
  });

  it('starts it once however many sweep at a time', async () => {
    const world = aWorld('web');
    const results = await Promise.all([run(world), run(world)]);
    expect(results.flatMap(({ started }) => started)).toHaveLength(1);
    expect(requested(world)).toHaveLength(1);
  });

  it('starts it once a hold is lifted, not before', async () => {
    const world = aWorld('web');
    await world.targets.change(key('web'), await world.targets.target(key('web')), { hold: { by: 'me', reason: 'alarms', since: SINCE } });
    expect((await run(world)).started).toEqual([]);
    await world.targets.change(key('web'), await world.targets.target(key('web')), { hold: null });
    expect((await run(world)).started).toHaveLength(1);
  });

  it('starts what waits for an execution that is gone, and leaves a target alone while its holder runs', async () => {
    const world = aWorld('web');
    const { releasedAt, imagePushedAt, digest } = aRelease({ digest: aDigest('0'), releasedAt: '2026-01-02T02:00:00.000Z', imagePushedAt: '2026-01-02T02:00:00.000Z' });
    const claim = { releasedAt, imagePushedAt, digest, tag: '1.0.0', committing: true, execution: 'holder', takenBy: 'holder', redrives: 0, generation: 1, claimedAt: SINCE };
    const next = { release: aRelease({ releasedAt: PUSHED, imagePushedAt: PUSHED }), since: PUSHED };
    await world.targets.change(key('web'), await world.targets.target(key('web')), { claim, next });
    world.executions.set('holder', 'RUNNING');
    expect((await run(world)).started).toEqual([]);
    world.executions.set('holder', 'ABORTED');
    expect((await run(world)).started).toHaveLength(1);
    expect(requested(world)).toEqual([{ trigger: 'next', ...key('web'), tag: '1.1.0', digest: aDigest(), releasedAt: PUSHED }]);
  });

  it('lets what waited go once its execution has come to nothing, and then starts the release that it hid', async () => {
    const world = aWorld('web');
    const next = { release: aRelease({ tag: '1.2.0', digest: aDigest('f'), releasedAt: '2026-01-02T04:00:00.000Z' }), since: PUSHED };
    await world.targets.change(key('web'), await world.targets.target(key('web')), { next });
    await run(world);
    const [request] = requested(world);
    // Its tag was deleted.
    const resolved = await resolveRelease.run(world, resolveRelease.input.parse({ execution: 'x', startedAt: PUSHED, request }));
    expect([request, resolved]).toMatchObject([{ trigger: 'next', tag: '1.2.0' }, { status: 'superseded' }]);
    expect((await world.targets.target(key('web'))).next).toEqual(next);
    expect((await run(world)).started).toEqual([]);
    expect((await world.targets.target(key('web'))).next).toBeNull();
    expect((await run(world)).started).toHaveLength(1);
    expect(requested(world)[1]).toMatchObject({ trigger: 'sweep', tag: '1.1.0' });
  });

  it('leaves a release that came to wait meanwhile', async () => {
    const world = aWorld('web');
    const change = async (next: Waiting) => world.targets.change(key('web'), await world.targets.target(key('web')), { next });
    const later = { release: aRelease({ tag: '1.2.0', digest: aDigest('f'), releasedAt: '2026-01-02T04:00:00.000Z' }), since: '2026-01-02T04:00:00.000Z' };
    await change({ release: aRelease({ releasedAt: PUSHED, imagePushedAt: PUSHED }), since: PUSHED });
    await run(world);
    const executions = { ...world.executions, start: async () => ((await change(later)) ? ('known' as const) : ('started' as const)) };
    await run({ ...world, executions });
    expect((await world.targets.target(key('web'))).next).toEqual(later);
  });

  it('starts no release that was tried already, as one that a person rejected', async () => {
    const world = aWorld('web');
    await world.records.record(key('web'), aRelease(), anAttempt({ outcome: 'rejected' }));
    expect((await run(world)).started).toEqual([]);
  });

  it('starts what ends superseded when the tag moves before the execution begins', async () => {
    const world = aWorld('web');
    await run(world);
    world.registry.push({ registry: REGISTRY, name: 'web' }, { digest: aDigest('f'), imagePushedAt: PUSHED }, '1.1.0');
    const [request] = requested(world);
    const resolved = await resolveRelease.run(world, resolveRelease.input.parse({ execution: 'x', startedAt: PUSHED, request }));
    expect(resolved).toMatchObject({ status: 'superseded' });
  });

  it('passes over a service that was removed meanwhile', async () => {
    const world = aWorld('gone', 'web');
    const service = await world.services.service('gone');
    if (service !== null) await world.services.remove(service);
    expect(await run(world)).toMatchObject({ swept: 2, started: [expect.stringContaining('web')] });
  });
});

describe('a sweep that stops early', () => {
  it('remembers where when its time runs out, and the next goes on from there', async () => {
    const world = aWorld('a', 'b', 'c');
    const registry = listing(world, 'b', () => world.clock.advance(240_000));
    expect(await run({ ...world, registry })).toMatchObject({ status: 'stopped', swept: 2, stoppedAfter: 'b' });
    expect(await run({ ...world, clock: createMemoryClock() })).toMatchObject({ status: 'complete', swept: 1, stoppedAfter: null });
    expect(world.executions.started).toHaveLength(3);
    expect(await run({ ...world, clock: createMemoryClock() })).toMatchObject({ swept: 3 });
  });

  it('comes further with each sweep, however little time it has', async () => {
    const world = aWorld('a', 'b');
    const clock = createMemoryClock(SINCE, 1_000);
    expect(await run({ ...world, clock })).toMatchObject({ status: 'stopped', swept: 1, stoppedAfter: 'a' });
    expect(await run({ ...world, clock })).toMatchObject({ status: 'complete', swept: 1, stoppedAfter: null });
  });

  it('stops before the service at which ECR asked it to slow down', async () => {
    const world = aWorld('a', 'b', 'c');
    const registry = listing(world, 'b', () => {
      throw new RateLimitedError('Cannot list images of repository b in ECR: ThrottlingException: Rate exceeded; try again later.');
    });
    expect(await run({ ...world, registry })).toMatchObject({ status: 'stopped', swept: 1, stoppedAfter: 'a' });
    expect(await run(world)).toMatchObject({ status: 'complete', swept: 2, stoppedAfter: null });
    expect(world.executions.started).toHaveLength(3);
  });
});

it('a cause that is alone is told to its end, where the fix is; of two each gets half the room', async () => {
  const world = aWorld('a', 'b');
  const refusal = `Cannot start it: ${'long '.repeat(120)}; allow states:StartExecution in the role's policy.`;
  const refuse = (): never => {
    throw new ForbiddenError(refusal);
  };
  await expect(run({ ...world, registry: listing(world, 'b', refuse) })).rejects.toThrow("allow states:StartExecution in the role's policy.; 1 executions were started.");
  await expect(run({ ...world, registry: { taggedImages: refuse } })).rejects.toThrow(/^2 of 2 services could not be swept: a: Cannot start it: [^;]{300,420}…; b: Cannot start it: [^;]{300,420}…; \d executions were started\.$/);
});

it('a service that can not be swept keeps nobody from the others, and is named in the end', async () => {
  const world = aWorld('a', 'b', 'c');
  const registry = listing(world, 'b', () => {
    throw new NotFoundError('Cannot list images of repository b in ECR: there is none.');
  });
  await expect(run({ ...world, registry })).rejects.toThrow('1 of 3 services could not be swept: b: Cannot list images of repository b in ECR: there is none.; 2 executions were started.');
  expect(world.executions.started).toHaveLength(2);
  expect(await world.sweep.stoppedAfter()).toBeNull();
});
