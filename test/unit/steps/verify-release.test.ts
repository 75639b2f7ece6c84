import { describe, expect, it } from 'vitest';
import { TimeoutError, UnavailableError } from '../../../src/domain/errors.ts';
import type { SmokeAnswer } from '../../../src/ports/smoke-check.ts';
import { verifyRelease } from '../../../src/steps/verify-release.ts';
import { anOperation } from '../../support/application.ts';
import { anEdit } from '../../support/service.ts';
import { aSyncWorld, OTHER, OURS, type SyncWorld } from '../../support/sync-world.ts';

const running = { phase: 'Running', finishedAt: null, message: 'waiting for completion of hook batch/Job/smoke' } as const;
const SMOKE = { url: 'https://inference.example.com/health', status: 200 };
const DONE = { marks: { started: '2026-01-02T03:04:58.000Z', committed: '2026-01-02T03:04:59.500Z', noticed: '2026-01-02T03:04:59.900Z' } };

/** Runs the step against a service that gives these answers, the last one for ever. */
function run(world: SyncWorld, answers: readonly (SmokeAnswer | Error)[] = [], input = world.input(DONE)) {
  const left = [...answers];
  const smoke = {
    async get(): Promise<SmokeAnswer> {
      const answer = left.length > 1 ? left.shift() : left[0];
      if (answer === undefined) throw new Error('the service was asked, but not expected to be');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return verifyRelease.run({ ...world.ports, smoke }, input);
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

describe('verifyRelease', () => {
  it('succeeds at once when the operation has ended and there is no smoke check', async () => {
    const world = await aSyncWorld({ application: { operation: anOperation() } });
    const { status, deployment } = await run(world);
    expect(status).toBe('succeeded');
    expect(deployment.marks.verified).toBe('2026-01-02T03:05:00.000Z');
    expect(deployment.watchingSince).toBeUndefined();
  });

  it('waits for the later waves and hooks of the operation', async () => {
    const world = await aSyncWorld({ application: { operation: anOperation(running) } });
    const result = run(world);
    await settle();
    world.clock.advance(1000);
    world.argocd.show({ operation: anOperation() });
    expect((await result).deployment.marks.verified).toBe('2026-01-02T03:05:01.000Z');
  });

  it('fails with the hook that failed, also at a revision after our commit', async () => {
    const operation = anOperation({ phase: 'Failed', revisions: [OTHER], failures: ['Job smoke: BackoffLimitExceeded'] });
    const world = await aSyncWorld({ application: { operation } });
    const { status, deployment } = await run(world, [], world.input({ ...DONE, operationRevision: OTHER }));
    expect(status).toBe('failed');
    expect(deployment.cause).toBe('Application inference-dev: Job smoke: BackoffLimitExceeded');
    expect(deployment.marks.verified).toBeUndefined();
  });

  it("finds the operation of the repository that the target's own edits name", async () => {
    const git = { ...anEdit().git, url: 'https://git.example.com/team/eu.git' };
    const own = { environment: { edits: [] }, target: { edits: [anEdit({ git })] } };
    const world = await aSyncWorld({ ...own, application: { operation: anOperation() } });
    expect((await run(world)).status).toBe('succeeded');
  });

  it('keeps the first cause', async () => {
    const world = await aSyncWorld({ application: { operation: anOperation({ phase: 'Failed' }) } });
    expect((await run(world, [], world.input({ ...DONE, cause: 'the first' }))).deployment.cause).toBe('the first');
  });

  it('ends errored when a later operation hides how ours ended', async () => {
    const world = await aSyncWorld({ application: { operation: anOperation({ phase: 'Failed', revisions: [OTHER] }) } });
    await expect(run(world, [], world.input({ ...DONE, operationRevision: OURS }))).rejects.toMatchObject({ name: 'RefusedError', message: expect.stringContaining('hides') as string });
  });

  it('answers running at the end of its slice, and keeps its clock', async () => {
    const world = await aSyncWorld({ application: { operation: anOperation(running) } });
    const result = run(world);
    await settle();
    world.clock.advance(240_000);
    expect(await result).toMatchObject({ status: 'running', deployment: { watchingSince: '2026-01-02T03:05:00.000Z' } });
  });

  it('fails when our hooks take longer than verify.timeout', async () => {
    const world = await aSyncWorld({ application: { operation: anOperation(running) } });
    const result = run(world, [], world.input({ ...DONE, watchingSince: '2026-01-02T03:04:59.950Z' }));
    await settle();
    world.clock.advance(300_000);
    const { status, deployment } = await result;
    expect(status).toBe('failed');
    expect(deployment.cause).toContain('not verified in time: Application inference-dev: the operation that');
  });

  it("ends errored when somebody else's operation takes longer than verify.timeout", async () => {
    const world = await aSyncWorld({ application: { operation: anOperation({ ...running, revisions: [OTHER] }) } });
    const ended = expect(run(world)).rejects.toMatchObject({ name: 'RefusedError' });
    await settle();
    world.clock.advance(300_000);
    await ended;
  });

  it('takes one look however late it is', async () => {
    const world = await aSyncWorld({ application: { operation: anOperation() } });
    const late = { ...DONE, marks: { ...DONE.marks, noticed: '2026-01-02T02:00:00.000Z' }, watchingSince: '2026-01-02T02:00:01.000Z' };
    expect((await run(world, [], world.input(late))).status).toBe('succeeded');
  });

  it('takes the history since the start for a deployment that did not say when it committed', async () => {
    const world = await aSyncWorld({ application: { operation: anOperation({ phase: 'Failed' }), history: [{ revisions: [OURS], deployedAt: '2026-01-02T03:04:58Z' }] } });
    expect((await run(world, [], world.input({ marks: { started: '2026-01-02T03:04:58.500Z' } }))).status).toBe('succeeded');
  });

  it('keeps the clock of a first slice that lost Argo CD, then leaves retrying to the state machine', async () => {
    const world = await aSyncWorld();
    const away = { ...world.ports, argocd: () => Promise.reject(new UnavailableError('away')), smoke: { get: () => Promise.reject(new Error('not expected')) } };
    const first = await verifyRelease.run(away, world.input(DONE));
    expect(first).toMatchObject({ status: 'running', deployment: { watchingSince: '2026-01-02T03:05:00.000Z' } });
    await expect(verifyRelease.run(away, { ...world.input(), deployment: first.deployment })).rejects.toThrow(UnavailableError);
  });

  it('is superseded when the claim was lost', async () => {
    const world = await aSyncWorld();
    await world.loseClaim();
    expect((await run(world)).status).toBe('superseded');
  });
});

describe('verifyRelease with a smoke check', () => {
  it('asks again until the service answers as it should', async () => {
    const world = await aSyncWorld({ target: { smoke: SMOKE } });
    const result = run(world, [{ status: 503, line: 'warming up' }, new UnavailableError('refused'), { status: 200, line: 'ok' }]);
    for (let attempt = 0; attempt < 2; attempt++) {
      await settle();
      world.clock.advance(2000);
    }
    const { status, deployment } = await result;
    expect(status).toBe('succeeded');
    expect(deployment.marks.verified).toBe('2026-01-02T03:05:04.000Z');
  });

  it('fails when the answer is still wrong at verify.timeout', async () => {
    const world = await aSyncWorld({ target: { smoke: SMOKE } });
    const result = run(world, [{ status: 500, line: 'model not loaded' }], world.input({ ...DONE, watchingSince: '2026-01-02T03:04:59.950Z' }));
    await settle();
    world.clock.advance(300_000);
    const { status, deployment } = await result;
    expect(status).toBe('failed');
    expect(deployment.cause).toBe('smoke check https://inference.example.com/health answered 500, not 200: model not loaded');
  });

  it('ends errored when nothing ever answered: that may be the network', async () => {
    const world = await aSyncWorld({ target: { smoke: SMOKE } });
    const ended = expect(run(world, [new TimeoutError('no answer within 10 s')])).rejects.toMatchObject({ name: 'RefusedError', message: expect.stringContaining('no answer within 10 s') as string });
    await settle();
    world.clock.advance(300_000);
    await ended;
  });

  it('answers running at the end of its slice', async () => {
    const world = await aSyncWorld({ target: { smoke: SMOKE } });
    const result = run(world, [{ status: 503, line: '' }]);
    await settle();
    world.clock.advance(240_000);
    expect((await result).status).toBe('running');
  });

  it('ends errored for a URL that cannot be used', async () => {
    const world = await aSyncWorld({ target: { smoke: SMOKE } });
    await expect(run(world, [new Error('certificate')])).rejects.toThrow('certificate');
  });
});
