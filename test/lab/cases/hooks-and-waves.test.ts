import { type Document, stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ANNOTATION_PREFIX } from '../../../lab/kubernetes/kubelet/stage.ts';
import { hookJob } from '../../../lab/world/hook-job.ts';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import type { Operations } from '../../support/lab/administrator.ts';
import { type CasesWorld, startCases, targetOf } from '../../support/lab/cases.ts';
import { PATIENT } from '../../support/scenarios/world-under-test.ts';

const [OLD, NEW, BAD, NEWEST] = [imageOf('1.0.0'), imageOf('1.1.0'), imageOf('1.1.1-bad'), imageOf('1.2.0')];
const ready = (digest: string): object => expect.objectContaining({ ready: true, digest }) as object;
const HOOK = 'templates/hook.yaml';
const NOSUCH = `registry.example/nosuch@sha256:${'1'.repeat(64)}`;

let cases: CasesWorld;

beforeAll(async () => {
  cases = await startCases(
    [
      { name: 'bad-hook', environment: (dev) => dev.setIn(['verify', 'timeout'], '8s') },
      { name: 'hung-hook', environment: (dev) => dev.setIn(['verify', 'timeout'], '10s') },
      { name: 'bad-wave', chart: withServiceInLaterWave, environment: (dev) => dev.set('rollback', 'automatic') },
      { name: 'retried', application: retriedForEver, environment: (dev) => dev.set('interrupt', true) },
      { name: 'retried-in-turn', application: retriedForEver, environment: (dev) => dev.setIn(['sync', 'timeout'], '30s') },
      { name: 'theirs' },
      { name: 'theirs-hangs', environment: (dev) => dev.setIn(['sync', 'timeout'], '15s') },
    ],
    { faultOf: ({ metadata, spec }) => (spec.containers.some(({ image }) => image.endsWith(BAD.digest)) ? (metadata.name.startsWith('bad-wave') ? 'bad-pull' : 'bad-crash') : undefined) },
  );
}, PATIENT);
afterAll(() => cases?.world.stop());

describe.concurrent('a hook after the sync', { timeout: PATIENT }, () => {
  it('fails the release in the words of Argo CD when the image of the hook cannot be pulled, though all pods are Ready', async () => {
    const name = 'bad-hook';
    await addHook(name, stringify(jobOf('smoke-test', 'PostSync', { image: NOSUCH, fault: 'bad-pull' })));
    const ended = await cases.deploy(name, NEW);
    expect(ended).toMatchObject({ status: 'FAILED', outcome: 'failed', pods: [ready(NEW.digest), ready(NEW.digest)], cause: expect.stringMatching(/^not verified in time: Application bad-hook: the operation that auto-sync started at \S+ at revision [0-9a-f]{7} still runs: waiting for completion of hook batch\/Job\/bad-hook-smoke-test$/) as string });
    expect(await cases.commits(name)).toEqual([`deploy(dev): ${name} 1.1.0`]);
    expect((await cases.world.targets.target(targetOf(name))).current).toBeNull();
  });

  it('holds up no newer release, which ends the operation that hangs there', async () => {
    const name = 'hung-hook';
    await addHook(name, stringify(jobOf('smoke-test', 'PostSync', { image: NOSUCH, fault: 'bad-pull' })));
    const operations = await cases.administrator.operations(name);
    expect(await cases.deploy(name, NEW)).toMatchObject({ outcome: 'failed' });
    await cases.commit('Remove the hook', { [`charts/${name}/${HOOK}`]: null });
    expect(await cases.deploy(name, NEWEST)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEWEST.digest), ready(NEWEST.digest)] });
    expect((await operations.stop()).map(({ phase }) => phase)).toEqual(['Failed', 'Succeeded']);
    expect(await cases.live(name)).toEqual([NEWEST.digest]);
  });
});

describe.concurrent('a wave that never becomes healthy', { timeout: PATIENT }, () => {
  it('ends only the operation of the bad release, and runs the release before it again', async () => {
    const name = 'bad-wave';
    expect(await cases.deploy(name, NEW)).toMatchObject({ outcome: 'succeeded' });
    const operations = await cases.administrator.operations(name);
    const ended = await cases.deploy(name, BAD);
    expect(ended).toMatchObject({ status: 'FAILED', outcome: 'rolled-back', cause: expect.stringMatching(/^pod bad-wave-\S+: (?:ErrImagePull|ImagePullBackOff): /) as string });
    expect(await cases.commits(name)).toEqual([`deploy(dev): ${name} 1.1.0`, `deploy(dev): ${name} 1.1.1-bad`, expect.stringContaining('1.1.0') as string]);
    expect(await cases.live(name)).toEqual([NEW.digest]);
    expect((await cases.world.targets.target(targetOf(name))).current?.release.tag).toBe('1.1.0');
    const seen = await operations.stop();
    expect(seen.map(({ phase, message }) => `${phase}: ${message}`)).toEqual([expect.stringMatching(/^Failed: Operation terminated/) as string, 'Succeeded: successfully synced (all tasks run)']);
  });
});

describe.concurrent('a sync that Argo CD tries again and again, since its hook fails', { timeout: PATIENT }, () => {
  it('is ended by the newer release at once where that may interrupt', async () => {
    const name = 'retried';
    const { older, newer, operations } = await newerDuringRetries(name);
    expect(await cases.world.executions.ended(newer)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null, pods: [ready(NEWEST.digest), ready(NEWEST.digest)] });
    expect(await cases.world.executions.ended(older)).toMatchObject({ outcome: 'superseded' });
    await expectNewestAfter(name, operations);
  });

  it('is ended by the newer release after the older one has given up where that may not interrupt', async () => {
    const name = 'retried-in-turn';
    const { older, newer, operations } = await newerDuringRetries(name);
    expect(await cases.world.executions.ended(newer)).toMatchObject({ outcome: 'ignored', cause: expect.stringMatching(/^waits for arn:.*, which deploys 1\.1\.1-bad; it is started when that ends$/) as string });
    const given = await cases.world.executions.ended(older);
    expect(given).toMatchObject({ outcome: 'errored', cause: expect.stringMatching(/^RefusedError: Application retried-in-turn was not synced in time: the operation that auto-sync started at \S+ at revision [0-9a-f]{7} still runs: .*; end what holds it up, then redrive$/) as string });
    await vi.waitFor(async () => expect((await cases.world.targets.target(targetOf(name))).current?.release.tag).toBe('1.2.0'), { timeout: PATIENT, interval: 100 });
    await expectNewestAfter(name, operations);
  });

  async function newerDuringRetries(name: string) {
    await addHook(name, stringify(releaseHook()));
    const operations = await cases.administrator.operations(name);
    const older = await cases.push(name, BAD);
    await vi.waitFor(async () => expect((await cases.administrator.application(name)).status?.operationState?.retryCount ?? 0).toBeGreaterThan(0), { timeout: PATIENT, interval: 100 });
    return { older, newer: await cases.push(name, NEWEST), operations };
  }

  async function expectNewestAfter(name: string, operations: Operations): Promise<void> {
    expect(await cases.commits(name)).toEqual([`deploy(dev): ${name} 1.1.1-bad`, `deploy(dev): ${name} 1.2.0`]);
    const [older, ...newer] = await operations.stop();
    expect(older).toMatchObject({ phase: 'Failed', message: expect.stringContaining('Operation terminated') as string, by: 'auto-sync' });
    // What auto-sync does besides is its own affair, as after another case's commit; Slipway asks for none.
    expect(new Set(newer.map(({ phase, by }) => `${phase} ${by}`))).toEqual(new Set(['Succeeded auto-sync']));
    expect(await cases.live(name)).toEqual([NEWEST.digest]);
  }
});

describe.concurrent('an operation of somebody else that runs when a release comes', { timeout: PATIENT }, () => {
  it('is waited for, and the release synced after it', async () => {
    const name = 'theirs';
    await addHook(name, hookJob({ name: 'their-migration', phase: 'PreSync', outcome: 'succeed', takes: 3000 }));
    const operations = await cases.administrator.operations(name);
    await cases.administrator.sync(name);
    const ended = await cases.deploy(name, NEW);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null, pods: [ready(NEW.digest), ready(NEW.digest)] });
    expect(await cases.commits(name)).toEqual([`deploy(dev): ${name} 1.1.0`]);
    expect((await operations.stop()).map(({ phase, by }) => `${phase} ${by}`)).toEqual(['Succeeded admin', 'Succeeded auto-sync']);
  });

  it('is named when it does not end in time, and a redrive after its end succeeds', async () => {
    const name = 'theirs-hangs';
    await addHook(name, hookJob({ name: 'their-question', phase: 'PreSync', outcome: 'hang' }));
    await cases.administrator.sync(name);
    await vi.waitFor(async () => expect((await cases.administrator.application(name)).status?.operationState?.message).toContain('their-question'), { timeout: PATIENT, interval: 100 });
    const execution = await cases.push(name, NEW);
    const ended = await cases.world.executions.ended(execution);
    expect(ended).toMatchObject({ status: 'FAILED', outcome: 'errored', cause: expect.stringMatching(/^RefusedError: Application theirs-hangs was not synced in time: the operation that admin started at \S+ at revision [0-9a-f]{7} still runs: waiting for completion of hook batch\/Job\/their-question; end what holds it up, then redrive$/) as string });
    expect(await cases.live(name)).toEqual([OLD.digest]);
    await cases.commit('Remove the question', { [`charts/${name}/${HOOK}`]: null });
    await cases.administrator.terminate(name);
    expect(await cases.world.executions.redrive(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    expect(await cases.live(name)).toEqual([NEW.digest]);
    expect(await cases.commits(name)).toEqual([`deploy(dev): ${name} 1.1.0`]);
  });
});

async function addHook(name: string, text: string): Promise<void> {
  await cases.commit('Add a hook', { [`charts/${name}/${HOOK}`]: text });
}

/** A Job before the sync, of the release's own image. */
function releaseHook(): object {
  return jobOf('check', 'PreSync', { image: '{{ include "inference-service.image" . }}' });
}

function jobOf(name: string, phase: string, { image, fault }: { readonly image: string; readonly fault?: string }): object {
  const annotations = fault === undefined ? {} : { [`${ANNOTATION_PREFIX}/pod`]: fault };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `{{ .Release.Name }}-${name}`, annotations: { 'argocd.argoproj.io/hook': phase, 'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation' } },
    spec: { backoffLimit: 0, template: { metadata: { annotations }, spec: { restartPolicy: 'Never', containers: [{ name, image }] } } },
  };
}

function retriedForEver(manifest: Document): void {
  manifest.setIn(['spec', 'syncPolicy', 'retry'], { limit: -1, backoff: { duration: '1s', factor: 1 } });
}

function withServiceInLaterWave(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const path = 'templates/service.yaml';
  return { ...files, [path]: (files[path] ?? '').replace(/^metadata:\n/m, 'metadata:\n  annotations: { argocd.argoproj.io/sync-wave: "1" }\n') };
}
