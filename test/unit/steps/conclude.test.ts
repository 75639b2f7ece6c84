import { describe, expect, it } from 'vitest';
import { createMemoryClock } from '../../../src/adapters/memory/clock.ts';
import { createMemoryEvents } from '../../../src/adapters/memory/events.ts';
import { createMemoryMetrics } from '../../../src/adapters/memory/metrics.ts';
import { createMemoryRecordStore } from '../../../src/adapters/memory/record-store.ts';
import { createMemoryTargetStore } from '../../../src/adapters/memory/target-store.ts';
import type { Conclusion } from '../../../src/domain/conclusion.ts';
import { concludeDeployment } from '../../../src/steps/conclude-deployment.ts';
import { concludeRelease } from '../../../src/steps/conclude-release.ts';
import { aDeployment, aRelease } from '../../support/release.ts';

const KEY = { service: 'inference-service', environment: 'dev', target: 'eu' };

async function aClaimedTarget(execution = 'me') {
  const ports = { records: createMemoryRecordStore(), targets: createMemoryTargetStore(), events: createMemoryEvents(), metrics: createMemoryMetrics(), clock: createMemoryClock() };
  const { releasedAt, imagePushedAt, digest } = aRelease();
  await ports.targets.claim(KEY, await ports.targets.target(KEY), { releasedAt, imagePushedAt, digest, execution, redrives: 0, generation: 1, claimedAt: releasedAt });
  const conclude = (status: string, overrides: Partial<Parameters<typeof concludeDeployment.run>[1]> = {}) =>
    concludeDeployment.run(ports, { execution: 'me', redrives: 0, deployment: aDeployment({ claim: { generation: 1, redrives: 0 } }), status, trouble: null, ...overrides });
  return { ...ports, conclude };
}

describe('concludeDeployment', () => {
  it('records a success, makes it current, gives the claim back and tells the world', async () => {
    const { conclude, records, targets, events, metrics } = await aClaimedTarget();
    expect(await conclude('succeeded')).toMatchObject({ target: 'inference-service/dev/eu', outcome: 'succeeded', cause: null, timings: { total: 1100 } });
    expect(await targets.target(KEY)).toMatchObject({ claim: { execution: null, generation: 1 }, current: { execution: 'me', release: aRelease() } });
    expect(await records.history(KEY, 5)).toMatchObject([{ release: aRelease(), attempts: [{ execution: 'me', outcome: 'succeeded' }] }]);
    expect(events.published).toMatchObject([{ ...KEY, outcome: 'succeeded', execution: 'me' }]);
    expect(metrics.measured).toHaveLength(1);
  });

  it('gives the claim back after a failure and leaves the current release as it was', async () => {
    const { conclude, targets } = await aClaimedTarget();
    expect(await conclude('failed', { deployment: aDeployment({ claim: { generation: 1, redrives: 0 }, cause: 'pod web: OOMKilled' }) })).toMatchObject({ outcome: 'failed', cause: 'pod web: OOMKilled' });
    expect(await targets.target(KEY)).toMatchObject({ claim: { execution: null }, current: null });
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

describe('concludeRelease', () => {
  const targets = ['eu', 'us'].map((target) => ({ service: 'web', environment: 'dev', target }));
  const ended = (target: string, outcome: Conclusion['outcome']): Conclusion => ({ target: `web/dev/${target}`, outcome, cause: outcome === 'succeeded' ? null : 'why', timings: null });
  const conclude = (latest: Conclusion[], facts: { redrives?: number; passRedrives?: number; conclusions?: Conclusion[] } = {}) =>
    concludeRelease.run({}, { execution: 'me', targets, conclusions: [], latest: latest, redrives: 0, passRedrives: 0, ...(facts as object) });

  it('succeeds when every target has the release, or a newer one', async () => {
    expect(await conclude([ended('eu', 'succeeded'), ended('us', 'superseded')])).toMatchObject({ status: 'succeeded', pending: [] });
  });

  it('throws DeploymentFailed naming the target that did not get it', async () => {
    await expect(conclude([ended('eu', 'succeeded'), ended('us', 'failed')])).rejects.toMatchObject({ name: 'DeploymentFailed', message: '1 of 2 targets did not get the release. web/dev/us failed: why' });
  });

  it('answers a redrive with another pass over the unfinished targets, and keeps what the others came to', async () => {
    expect(await conclude([ended('eu', 'succeeded'), ended('us', 'errored')], { redrives: 1 })).toEqual({ status: 'again', pending: [targets[1]], conclusions: [ended('eu', 'succeeded')] });
  });

  it('throws again when the pass after a redrive failed too', async () => {
    await expect(conclude([ended('us', 'failed')], { redrives: 1, passRedrives: 1, conclusions: [ended('eu', 'succeeded')] })).rejects.toMatchObject({ name: 'DeploymentFailed' });
  });
});
