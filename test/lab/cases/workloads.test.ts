import { AppsV1Api, CoreV1Api, setHeaderOptions } from '@kubernetes/client-node';
import type { Document } from 'yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { kubeConfigOf } from '../../../lab/kubernetes/kube-config.ts';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { type Autoscaler, mendPods, startAutoscaler } from '../../support/lab/autoscaler.ts';
import { type CasesWorld, startCases, targetOf } from '../../support/lab/cases.ts';
import { chartOf, type ChartWorkload, OTHER_IMAGE, onlyFor, RELEASE_IMAGE, TAG_IMAGE } from '../../support/lab/own-chart.ts';
import { openLab } from '../../support/lab/open-lab.ts';
import { PATIENT } from '../../support/scenarios/world-under-test.ts';

const lab = await openLab();
const { kubernetes } = lab;
const apps = kubeConfigOf(kubernetes).makeApiClient(AppsV1Api);
const core = kubeConfigOf(kubernetes).makeApiClient(CoreV1Api);
const namespace = 'inference';
const NEW = imageOf('1.1.0');
const ready = (digest: string): object => expect.objectContaining({ ready: true, digest }) as object;

let cases: CasesWorld;
let autoscaler: Autoscaler;

beforeAll(async () => {
  cases = await startCases(
    [
      caseOf('scaled-up', [{ pods: { pod: onlyFor('1.1.0', 'never-ready') } }]),
      caseOf('scaled-down', [{ pods: { pod: onlyFor('1.1.0', 'never-ready') } }]),
      caseOf('paused', [{ spec: { replicas: 2 } }]),
      caseOf('beside-another', [{}, { suffix: '-proxy', image: OTHER_IMAGE, pods: { pod: 'never-ready' } }]),
      caseOf('only-before', [{ image: OTHER_IMAGE, initImage: RELEASE_IMAGE }]),
      { ...caseOf('by-tag', [{ image: TAG_IMAGE, spec: { replicas: 2 } }]), running: imageOf('0.9.0'), deploys: false, environment: byTagAlone },
      { ...caseOf('stateful', [{ kind: 'StatefulSet', spec: { replicas: 2 }, pods: { pod: onlyFor('1.2.0', 'bad-crash') } }]), deploys: false, environment: impatient },
      { ...caseOf('daemon', [{ kind: 'DaemonSet', pods: { pod: onlyFor('1.2.0', 'bad-pull') } }]), deploys: false },
    ],
    {
      project(manifest) {
        for (const kind of ['StatefulSet', 'DaemonSet']) manifest.addIn(['spec', 'namespaceResourceWhitelist'], { group: 'apps', kind });
      },
    },
  );
  autoscaler = await startAutoscaler(lab, namespace);
}, PATIENT);
afterAll(async () => {
  await autoscaler?.stop();
  await cases?.world.stop();
}, PATIENT);

describe.concurrent('somebody else at work on the same Deployment', () => {
  it.each([
    ['scaled-up', 2, 4],
    ['scaled-down', 4, 1],
  ])('succeeds with as many new pods as there are to be where an autoscaler changes them in the middle: %s', async (name, before, after) => {
    await autoscaler.want(name, before);
    await vi.waitFor(async () => expect(await replicasOf(name)).toBe(before), { timeout: PATIENT, interval: 50 });
    await cases.world.world.cluster.untilAvailable(namespace, name);
    const execution = await cases.push(name, NEW);
    await vi.waitFor(async () => expect(await cases.live(name)).toContain(NEW.digest), { timeout: PATIENT, interval: 50 });
    await autoscaler.want(name, after);
    await vi.waitFor(async () => expect(await replicasOf(name)).toBe(after), { timeout: PATIENT, interval: 50 });
    // None of the new pods has become Ready before that.
    const ending = cases.world.executions.ended(execution);
    await mendPods(lab, { namespace, app: name }, ending);
    const ended = await ending;
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null });
    expect(ended.pods).toEqual(Array.from({ length: after }, () => ready(NEW.digest)));
    expect(await cases.live(name)).toEqual([NEW.digest]);
    expect(await replicasOf(name)).toBe(after);
  }, PATIENT);

  it('fails by a Deployment that somebody paused, and succeeds by a redrive once it is resumed', async () => {
    const name = 'paused';
    await pause(name, true);
    const execution = await cases.push(name, NEW);
    const ended = await cases.world.executions.ended(execution);
    expect(ended).toMatchObject({ status: 'FAILED', outcome: 'failed', cause: 'Deployment paused: paused: its rollout goes on only after kubectl rollout resume' });
    await pause(name, false);
    expect(await cases.world.executions.redrive(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest), ready(NEW.digest)] });
    expect(await cases.commits(name)).toEqual([`deploy(dev): ${name} 1.1.0`]);
    expect((await cases.world.targets.target(targetOf(name))).claim?.execution).toBeNull();
  }, PATIENT);
});

describe.concurrent('which workloads and containers count', () => {
  it('waits for the Deployment with the image alone: another of the Application may never become Ready', async () => {
    const ended = await cases.deploy('beside-another', NEW);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest)] });
    expect(ended.pods[0]?.name).toMatch(/^beside-another-[0-9a-f]+-[0-9a-z]{5}$/);
    expect(ended.attempts[0]?.attempt.warnings).toEqual([]);
  }, PATIENT);

  it('waits for pods in which the image is an initContainer alone', async () => {
    const ended = await cases.deploy('only-before', NEW);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest)] });
    expect(ended.attempts[0]?.attempt.warnings).toEqual([]);
  }, PATIENT);
});

describe.concurrent('values that name a tag without a digest', () => {
  it('proves the digest by what the pods pulled, and takes a tag that moved for no release', async () => {
    const name = 'by-tag';
    expect(await cases.deploy(name, NEW)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest), ready(NEW.digest)] });
    const moved = await cases.deploy(name, { ...imageOf('1.1.1'), tag: NEW.tag });
    expect(moved).toMatchObject({ status: 'FAILED', outcome: 'failed', commit: null, cause: 'tag 1.1.0 moved; use `tag@digest` or a new tag' });
    const next = imageOf('1.2.0');
    expect(await cases.deploy(name, next)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(next.digest), ready(next.digest)] });
    expect(await cases.commits(name)).toEqual([`deploy(dev): ${name} 1.1.0`, `deploy(dev): ${name} 1.2.0`]);
  }, PATIENT);
});

describe.concurrent('other workloads than Deployments', () => {
  it('deploys a StatefulSet, and says which pod of a bad release keeps the next from arriving', async () => {
    const name = 'stateful';
    expect(await cases.deploy(name, NEW)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest), ready(NEW.digest)] });
    const bad = await cases.deploy(name, imageOf('1.2.0'));
    expect(bad).toMatchObject({ status: 'FAILED', outcome: 'failed', cause: expect.stringMatching(/^pod stateful-1: CrashLoopBackOff: container web, exit code 1 after \d restarts?$/) as string });
    const mended = imageOf('1.3.0');
    const execution = await cases.push(name, mended);
    const next = await cases.world.executions.ended(execution);
    expect(next).toMatchObject({ status: 'FAILED', outcome: 'failed', cause: 'pod stateful-1: not Ready on an earlier revision, and its StatefulSet waits for it: kubectl delete pod stateful-1' });
    await core.deleteNamespacedPod({ name: 'stateful-1', namespace });
    expect(await cases.world.executions.redrive(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(mended.digest), ready(mended.digest)] });
    expect(await cases.commits(name)).toEqual(['1.1.0', '1.2.0', '1.3.0'].map((tag) => `deploy(dev): ${name} ${tag}`));
  }, PATIENT);

  it('deploys a DaemonSet, and fails in the words of its pods', async () => {
    const name = 'daemon';
    expect(await cases.deploy(name, NEW)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest)] });
    const bad = await cases.deploy(name, imageOf('1.2.0'));
    expect(bad).toMatchObject({ status: 'FAILED', outcome: 'failed', cause: expect.stringMatching(/^pod daemon-[0-9a-z]{5}: (ErrImagePull|ImagePullBackOff): .*1\.2\.0@sha256:[0-9a-f]{64}.*not found$/) as string });
  }, PATIENT);
});

function caseOf(name: string, workloads: readonly ChartWorkload[]) {
  return { name, chart: () => chartOf(...workloads) };
}

/** It waits for a pod that nobody mends. */
function impatient(dev: Document): void {
  dev.setIn(['rollout', 'timeout'], '20s');
}

function byTagAlone(dev: Document): void {
  dev.deleteIn(['edit', 1]);
}

async function replicasOf(name: string): Promise<number | undefined> {
  return (await apps.readNamespacedDeployment({ name, namespace })).spec?.replicas;
}

async function pause(name: string, paused: boolean): Promise<void> {
  await apps.patchNamespacedDeployment({ name, namespace, body: { spec: { paused } } }, MERGE);
}

const MERGE = setHeaderOptions('Content-Type', 'application/merge-patch+json');
