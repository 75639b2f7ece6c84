import { describe, expect, it } from 'vitest';
import { createMemoryApprovalStore } from '../../../src/adapters/memory/approval-store.ts';
import { createMemoryClock } from '../../../src/adapters/memory/clock.ts';
import { createMemoryEvents } from '../../../src/adapters/memory/events.ts';
import { createMemoryExecutions } from '../../../src/adapters/memory/executions.ts';
import { createMemoryMergeStore } from '../../../src/adapters/memory/merge-store.ts';
import { createMemoryMetrics } from '../../../src/adapters/memory/metrics.ts';
import { createMemoryRecordStore } from '../../../src/adapters/memory/record-store.ts';
import { createMemoryServiceStore } from '../../../src/adapters/memory/service-store.ts';
import { createMemoryTargetStore } from '../../../src/adapters/memory/target-store.ts';
import type { Hold, Waiting } from '../../../src/domain/target-state.ts';
import type { TargetStore } from '../../../src/ports/deployment-store.ts';
import { concludeDeployment } from '../../../src/steps/conclude-deployment.ts';
import { aPendingMerge } from '../../support/merge.ts';
import { aClaim, aDeployment, aDigest, aRelease, aRollback } from '../../support/release.ts';
import { anEnvironment, aService } from '../../support/service.ts';

const KEY = { service: 'inference-service', environment: 'dev', target: 'eu' };
const CLAIM = { generation: 1, redrives: 0 };

async function aClaimedTarget(execution = 'me', services = [aService()]) {
  const ports = {
    services: createMemoryServiceStore(services),
    records: createMemoryRecordStore(),
    targets: createMemoryTargetStore(),
    approvals: createMemoryApprovalStore(),
    merges: createMemoryMergeStore(),
    executions: createMemoryExecutions(),
    events: createMemoryEvents(),
    metrics: createMemoryMetrics(),
    clock: createMemoryClock('2026-01-02T03:04:10.000Z'),
  };
  await ports.targets.change(KEY, await ports.targets.target(KEY), { claim: aClaim({ execution }) });
  const conclude = (status: string, overrides: Partial<Parameters<typeof concludeDeployment.run>[1]> = {}, targets: TargetStore = ports.targets) =>
    concludeDeployment.run({ ...ports, targets }, { execution: 'me', redrives: 0, deployment: aDeployment({ claim: CLAIM }), status, trouble: null, ...overrides });
  return { ...ports, conclude };
}

describe('concludeDeployment', () => {
  it('records a success, makes it current, gives the claim back and tells the world', async () => {
    const { conclude, records, targets, events, metrics } = await aClaimedTarget();
    expect(await conclude('succeeded')).toMatchObject({ target: 'inference-service/dev/eu', outcome: 'succeeded', cause: null, timings: { total: 1100 }, redrives: 0 });
    expect(await targets.target(KEY)).toMatchObject({ claim: { execution: null, generation: 1 }, current: { execution: 'me', release: aRelease() } });
    expect(await records.history(KEY, 5)).toMatchObject([{ release: aRelease(), attempts: [{ execution: 'me', outcome: 'succeeded' }] }]);
    expect(events.published).toMatchObject([{ ...KEY, outcome: 'succeeded', execution: 'me' }]);
    expect(metrics.measured).toHaveLength(1);
  });

  it.each([
    ['succeeded', 'where another environment comes after', 'dev', true],
    ['failed', 'where another environment comes after', 'dev', false],
    ['succeeded', 'where nothing comes after', undefined, false],
  ])('says of a deployment that %s %s whether it promotes', async (status, _, after, promotes) => {
    const environments = { dev: anEnvironment(), prod: anEnvironment(after === undefined ? {} : { after }) };
    const { conclude, events } = await aClaimedTarget('me', [aService({ environments })]);
    await conclude(status);
    expect(events.published).toMatchObject([{ promotes }]);
  });

  it('promotes nothing of a service that was removed meanwhile', async () => {
    const { conclude, events } = await aClaimedTarget('me', []);
    await conclude('succeeded');
    expect(events.published).toMatchObject([{ outcome: 'succeeded', promotes: false }]);
  });

  it('gives the claim back after a failure and leaves the current release as it was', async () => {
    const { conclude, targets } = await aClaimedTarget();
    expect(await conclude('failed', { deployment: aDeployment({ claim: { generation: 1, redrives: 0 }, cause: 'pod web: OOMKilled' }) })).toMatchObject({ outcome: 'failed', cause: 'pod web: OOMKilled' });
    expect(await targets.target(KEY)).toMatchObject({ claim: { execution: null }, current: null });
  });

  it.each([{ approvedBy: 'arn:aws:iam::111122223333:user/ada' }, {}])('records who approved the release, where somebody was asked: %o', async (approval) => {
    const { conclude, records } = await aClaimedTarget();
    await conclude('succeeded', { deployment: aDeployment({ claim: CLAIM, ...approval }) });
    expect((await records.history(KEY, 5))[0]?.attempts[0]?.approvedBy).toBe(approval.approvedBy);
  });

  it("touches neither claim nor current release that are another execution's", async () => {
    const { conclude, targets } = await aClaimedTarget('newer');
    await conclude('succeeded');
    expect(await targets.target(KEY)).toMatchObject({ claim: { execution: 'newer' }, current: null });
  });

  it('says nothing about a release that another execution deploys', async () => {
    const { conclude, records, events } = await aClaimedTarget('other');
    expect(await conclude('ignored', { deployment: aDeployment({ cause: 'already being deployed by other' }) })).toMatchObject({ outcome: 'ignored' });
    expect(await records.history(KEY, 5)).toEqual([]);
    expect(events.published).toEqual([]);
  });

  it('can be repeated after the event was lost: one record, one attempt, one current release', async () => {
    const { conclude, events, records, targets } = await aClaimedTarget();
    events.setAvailable(false);
    await expect(conclude('succeeded')).rejects.toMatchObject({ name: 'UnavailableError' });
    events.setAvailable(true);
    await conclude('succeeded');
    expect((await records.history(KEY, 5)).map(({ attempts }) => attempts.length)).toEqual([1]);
    expect((await targets.target(KEY)).current?.execution).toBe('me');
    expect(events.published).toHaveLength(1);
  });

  it('records a deployment that never got the claim, and leaves the claim to whoever has it', async () => {
    const { conclude, records, targets } = await aClaimedTarget('newer');
    const trouble = { error: 'UnavailableError', cause: 'The table did not answer.' };
    expect(await conclude('errored', { deployment: aDeployment(), trouble })).toMatchObject({ outcome: 'errored', cause: 'UnavailableError: The table did not answer.' });
    expect(await records.history(KEY, 5)).toMatchObject([{ attempts: [{ execution: 'me', generation: 0, outcome: 'errored' }] }]);
    expect(await targets.target(KEY)).toMatchObject({ claim: { execution: 'newer', generation: 1 }, current: null });
  });

  it('turns trouble into an errored outcome in one line', async () => {
    const { conclude } = await aClaimedTarget();
    const trouble = { error: 'UnauthorizedError', cause: '{"errorType":"UnauthorizedError","errorMessage":"Argo CD refused the token."}' };
    expect(await conclude('errored', { trouble })).toMatchObject({ outcome: 'errored', cause: 'UnauthorizedError: Argo CD refused the token.' });
  });
});

describe('concludeDeployment of a release that was rolled back', () => {
  const commit = { revision: 'back', head: 'back', url: null, changes: [] };
  const marks = { started: '2026-01-02T03:04:06.000Z', committed: '2026-01-02T03:04:09.500Z' };
  const deployment = aDeployment({ claim: CLAIM, rollback: aRollback(), marks, commit, pods: [], cause: 'pod web: OOMKilled' });

  it('tells of the release up to its failure, and of the way back beside it', async () => {
    const { conclude, records } = await aClaimedTarget();
    const { marks: failed, commit: bad } = aRollback();
    expect(await conclude('succeeded', { deployment })).toMatchObject({ outcome: 'rolled-back', cause: 'pod web: OOMKilled', timings: { total: 4000 } });
    const way = { tag: '1.0.0', digest: aDigest('0'), commit, took: 1000 };
    expect(await records.history(KEY, 5)).toMatchObject([{ release: aRelease(), attempts: [{ outcome: 'rolled-back', marks: failed, commit: bad, rollback: way }] }]);
  });

  it('says that nothing went back where that came to no commit', async () => {
    const { conclude, records } = await aClaimedTarget();
    const { commit: _commit, ...without } = deployment;
    await conclude('failed', { deployment: without });
    expect(await records.history(KEY, 5)).toMatchObject([{ attempts: [{ outcome: 'failed', rollback: { commit: null } }] }]);
  });

  it('gives the claim back and leaves the current release as it was', async () => {
    const { conclude, targets, events } = await aClaimedTarget();
    await conclude('succeeded', { deployment });
    expect(await targets.target(KEY)).toMatchObject({ claim: { execution: null }, current: null });
    expect(events.published).toMatchObject([{ outcome: 'rolled-back' }]);
  });
});

describe('concludeDeployment when a release waits', () => {
  const next: Waiting = { release: aRelease({ tag: '1.2.0', digest: aDigest('b'), releasedAt: '2026-01-02T03:04:07.000Z' }), since: '2026-01-02T03:04:08.000Z' };
  const request = { trigger: 'next', ...KEY, tag: '1.2.0', digest: aDigest('b'), releasedAt: '2026-01-02T03:04:07.000Z' };

  async function aTargetWithNext(execution?: string, hold: Hold | null = null) {
    const world = await aClaimedTarget(execution);
    await world.targets.change(KEY, await world.targets.target(KEY), { next, hold });
    return world;
  }

  it.each(['succeeded', 'failed', 'errored', 'superseded'])('starts it, whether the deployment before it %s or not', async (status) => {
    const { conclude, executions } = await aTargetWithNext();
    await conclude(status);
    expect(executions.started).toEqual([{ name: expect.stringMatching(/^[A-Za-z0-9_-]{1,80}$/) as string, request }]);
  });

  it('starts it once, however often the conclusion is repeated', async () => {
    const { conclude, executions, events } = await aTargetWithNext();
    events.setAvailable(false);
    await expect(conclude('succeeded')).rejects.toThrow();
    events.setAvailable(true);
    await conclude('succeeded');
    expect(executions.started).toHaveLength(1);
  });

  it('leaves it waiting under a hold', async () => {
    const { conclude, executions } = await aTargetWithNext('me', { by: 'B', reason: 'the fair', since: '2026-01-02T03:04:09.000Z' });
    await conclude('succeeded');
    expect(executions.started).toEqual([]);
  });

  it('leaves it to the execution that has taken the claim', async () => {
    const { conclude, executions } = await aTargetWithNext('newer');
    await conclude('superseded');
    expect(executions.started).toEqual([]);
  });

  it('leaves it to the execution that takes the claim right after it was given back', async () => {
    const { conclude, executions, targets } = await aTargetWithNext();
    const racing: TargetStore = {
      ...targets,
      async conclude(...args) {
        const isOurs = await targets.conclude(...args);
        await targets.change(KEY, await targets.target(KEY), { claim: aClaim({ execution: 'newer', generation: 2 }) });
        return isOurs;
      },
    };
    await conclude('succeeded', {}, racing);
    expect(executions.started).toEqual([]);
  });
});

describe('concludeDeployment where a person was asked', () => {
  const approval = { timeoutSeconds: 60 };
  const pending = (execution: string) => ({
    ...KEY,
    release: aRelease(),
    execution,
    taskToken: `token of ${execution}`,
    requestedAt: '2026-01-02T03:04:06.000Z',
    expiresAt: '2026-01-02T03:05:06.000Z',
    current: null,
  });

  it.each([
    ['rejected', 'rejected by A: not today'],
    ['ignored', 'waits for approval in other'],
  ])('takes away the question that nobody answered any more, where it ends %s', async (status, cause) => {
    const { conclude, approvals } = await aClaimedTarget('other');
    await approvals.put(pending('me'), null);
    expect(await conclude(status, { deployment: aDeployment({ approval, cause }) })).toMatchObject({ outcome: status, cause });
    expect(await approvals.pending(KEY)).toBeNull();
  });

  it("leaves another execution's question, and says nothing where there is none", async () => {
    const { conclude, approvals } = await aClaimedTarget('other');
    const deployment = aDeployment({ approval });
    await conclude('superseded', { deployment });
    await approvals.put(pending('other'), null);
    await conclude('superseded', { deployment });
    expect(await approvals.pending(KEY)).toMatchObject({ execution: 'other' });
  });
});

describe('concludeDeployment where a release was proposed', () => {
  const pullRequest = { number: 7, url: 'https://git.example.com/team/config/pulls/7', timeoutSeconds: 60, base: 'a'.repeat(40), changes: [] };
  const proposed = aDeployment({ claim: CLAIM, pullRequest });

  it('records the pull request, and no commit before that is merged', async () => {
    const { conclude, records } = await aClaimedTarget();
    await conclude('rejected', { deployment: proposed });
    const [attempt] = (await records.history(KEY, 5))[0]?.attempts ?? [];
    expect(attempt).toMatchObject({ outcome: 'rejected', commit: null, pullRequest: { number: 7, url: pullRequest.url } });
  });

  it('forgets what its execution waits for no longer, and leaves that of another', async () => {
    const { conclude, merges } = await aClaimedTarget();
    await merges.put(aPendingMerge({ execution: 'me' }), null);
    await conclude('rejected', { deployment: proposed });
    expect(await merges.pending(KEY)).toBeNull();
    await merges.put(aPendingMerge({ execution: 'other' }), null);
    await conclude('superseded', { deployment: proposed });
    expect(await merges.pending(KEY)).toMatchObject({ execution: 'other' });
  });
});
