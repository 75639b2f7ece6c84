import { setTimeout as delay } from 'node:timers/promises';
import { ApiException, CoreV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { kubeConfigOf } from '../../../lab/kubernetes/kube-config.ts';
import { createHttpClient } from '../../../src/adapters/http/http-client.ts';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { type CasesWorld, startCases, targetOf } from '../../support/lab/cases.ts';
import { makeTeam, type Team } from '../../support/lab/team.ts';
import { PATIENT } from '../../support/scenarios/world-under-test.ts';

const [OLD, NEW] = [imageOf('1.0.0'), imageOf('1.1.0')];
const ready = (digest: string): object => expect.objectContaining({ ready: true, digest }) as object;
const NAMESPACE = 'inference';
const MINUTE = 60_000;
const OVERRIDE = 'application.sync.requireOverridePrivilegeForRevisionSync';

let cases: CasesWorld;
let team: Team;

beforeAll(async () => {
  cases = await startCases(
    [
      { name: 'over-quota' },
      { name: 'no-override' },
      { name: 'closed-auto' },
      { name: 'closed-manual' },
      { name: 'by-schedule' },
      { name: 'of-a-team', application: null, environment: (dev) => dev.setIn(['targets', 'eu'], { argocd: 'team', application: 'of-a-team', project: 'team', namespace: 'team-inference', cluster: 'eu' }) },
    ],
    {
      editFile(file) {
        file.setIn(['argocd', 'team'], file.createNode({ ...(file.toJS() as { argocd: { main: object } }).argocd.main, token: 'slipway/argocd-team' }));
      },
    },
  );
  team = await makeTeam(cases, 'of-a-team');
}, PATIENT);
afterAll(async () => {
  await team?.stop();
  await cases?.administrator.configure({ [OVERRIDE]: null });
  await cases?.world.stop();
});

describe.concurrent('a failed auto-sync, which Argo CD does not try again', { timeout: PATIENT }, () => {
  it('fails in the words of the cluster while others commit, and succeeds with a redrive once the quota is raised', async () => {
    const name = 'over-quota';
    const core = kubeConfigOf(cases.lab.kubernetes).makeApiClient(CoreV1Api);
    const { items } = await core.listNamespacedService({ namespace: NAMESPACE });
    await core.createNamespacedResourceQuota({ namespace: NAMESPACE, body: { metadata: { name: 'few-services' }, spec: { hard: { 'count/services': String(items.length) } } } });
    try {
      await untilServicesAreLetIn(core, false);
      await cases.commit('Add a Service', { [`charts/${name}/templates/metrics.yaml`]: SERVICE });
      const execution = await cases.push(name, NEW);
      const others = othersCommit(name);
      const ended = await cases.world.executions.ended(execution).finally(() => others.stop());
      const cause = expect.stringMatching(/^Application over-quota: Service over-quota-metrics: .*services "over-quota-metrics" is forbidden: /) as string;
      expect(ended).toMatchObject({ status: 'FAILED', outcome: 'failed', cause });
      await core.deleteNamespacedResourceQuota({ namespace: NAMESPACE, name: 'few-services' });
      await untilServicesAreLetIn(core, true);
      expect(await cases.world.executions.redrive(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest), ready(NEW.digest)] });
      expect(await cases.commits(name)).toEqual([`deploy(dev): ${name} 1.1.0`]);
      const [record] = await cases.world.records.history(targetOf(name), 10);
      expect(record?.attempts.map(({ outcome }) => outcome).toSorted()).toEqual(['failed', 'succeeded']);
    } finally {
      await core.deleteNamespacedResourceQuota({ namespace: NAMESPACE, name: 'few-services' }).catch(() => undefined);
    }
  });
});

describe.concurrent('an Application in another namespace and project', { timeout: PATIENT }, () => {
  it('gets the release with the token of its own project', async () => {
    const ended = await cases.deploy('of-a-team', NEW);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null, pods: [ready(NEW.digest), ready(NEW.digest)] });
    expect(await cases.commits('of-a-team')).toEqual(['deploy(dev): of-a-team 1.1.0']);
    expect(await cases.live('of-a-team')).toEqual([NEW.digest]);
  });
});

describe.concurrent('an Argo CD that wants the right to override for a sync of a given revision', { timeout: PATIENT }, () => {
  it('lets Slipway sync, which gives none', async () => {
    const name = 'no-override';
    await cases.turnAutoSyncOff(name);
    await cases.administrator.configure({ [OVERRIDE]: 'true' });
    await vi.waitFor(async () => expect(await syncOfRevision(name)).toBe(403), { timeout: PATIENT, interval: 100 });
    const operations = await cases.administrator.operations(name);
    const ended = await cases.deploy(name, NEW);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null, pods: [ready(NEW.digest), ready(NEW.digest)] });
    expect((await operations.stop())).toEqual([expect.objectContaining({ phase: 'Succeeded', by: 'proj:inference:slipway' })]);
  });
});

describe.concurrent('a sync window that is closed', { timeout: PATIENT }, () => {
  it.each(['closed-auto', 'closed-manual'])('errs and says until when, and a redrive succeeds once it is open: %s', async (name) => {
    if (name === 'closed-manual') await cases.turnAutoSyncOff(name);
    await cases.administrator.closeWindow('inference', name);
    const execution = await cases.push(name, NEW);
    const ended = await cases.world.executions.ended(execution);
    const cause = expect.stringMatching(new RegExp(`^RefusedError: Application ${name} cannot be synced: window closed until \\d{4}-\\S+Z \\(.*\\); redrive after it, or allow manual syncs in it$`)) as string;
    expect(ended).toMatchObject({ status: 'FAILED', outcome: 'errored', cause, pods: [] });
    expect(await cases.live(name)).toEqual([OLD.digest]);
    await cases.administrator.openWindow('inference', name);
    expect(await cases.world.executions.redrive(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest), ready(NEW.digest)] });
    expect(await cases.commits(name)).toEqual([`deploy(dev): ${name} 1.1.0`]);
  });
});

describe.concurrent('a sync window that opens by its schedule', { timeout: PATIENT }, () => {
  it('is closed until the minute that it names, and lets a redrive through while it is open', async () => {
    const name = 'by-schedule';
    const opens = new Date(Math.trunc(Date.now() / MINUTE) * MINUTE + 120 * MINUTE);
    await cases.administrator.allowOnlyFrom(opens, 'inference', name);
    const execution = await cases.push(name, NEW);
    const ended = await cases.world.executions.ended(execution);
    expect(ended).toMatchObject({ status: 'FAILED', outcome: 'errored', cause: expect.stringContaining('window closed until') as string, pods: [] });
    const [, until = '', window] = /window closed until (\S+) \((.*)\); redrive after it/.exec(ended.cause ?? '') ?? [];
    expect([Date.parse(until), window]).toEqual([opens.getTime(), `allow ${opens.getUTCMinutes()} ${opens.getUTCHours()} * * * for 1h`]);
    await cases.administrator.allowOnlyFrom(new Date(Date.now() - 10 * MINUTE), 'inference', name);
    expect(await cases.world.executions.redrive(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest), ready(NEW.digest)] });
    expect(await cases.commits(name)).toEqual([`deploy(dev): ${name} 1.1.0`]);
  });
});

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-metrics
spec:
  selector:
    {{- include "inference-service.selectorLabels" . | nindent 4 }}
  ports:
    - { name: metrics, port: 9090 }
`;

/** Others commit and Argo CD hears of it, again and again: auto-sync tries each of these commits, and the last operation is never ours for long. */
function othersCommit(name: string): { stop(): Promise<void> } {
  let isOver = false;
  const untilTried = async (commit: string): Promise<void> => {
    while (!isOver) {
      const { phase, operation } = (await cases.administrator.application(name)).status?.operationState ?? {};
      if (operation?.sync?.revision === commit && phase === 'Failed') return;
      await delay(100);
    }
  };
  const committing = (async () => {
    for (let number = 1; !isOver; number += 1) {
      const commit = await cases.commit('Write a note', { 'notes.md': `${number}\n` });
      await cases.administrator.patchApplication(name, { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } });
      await untilTried(commit);
    }
  })();
  committing.catch(() => undefined); // is awaited by who stops it
  return {
    stop() {
      isOver = true;
      return committing;
    },
  };
}

/** The API server takes a moment to hear of a quota, and of its end. */
async function untilServicesAreLetIn(core: CoreV1Api, expected: boolean): Promise<void> {
  const body = { metadata: { name: 'probe' }, spec: { ports: [{ port: 80 }] } };
  const areLetIn = (): Promise<boolean> =>
    core.createNamespacedService({ namespace: NAMESPACE, dryRun: 'All', body }).then(
      () => true,
      (error: unknown) => !(error instanceof ApiException && error.code === 403),
    );
  await vi.waitFor(async () => expect(await areLetIn()).toBe(expected), { timeout: PATIENT, interval: 50 });
}

/** HTTP status of a sync to the branch's head by its SHA, with Slipway's own token. */
async function syncOfRevision(name: string): Promise<number> {
  const { argocd, caPem } = cases.world.world;
  const http = createHttpClient({ name: 'Argo CD', url: argocd.url, caBundle: caPem });
  const headers = { authorization: `Bearer ${await argocd.token('inference', 'slipway')}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ revision: await cases.world.head(), dryRun: true });
  return (await http.send({ method: 'POST', path: `/api/v1/applications/${name}/sync`, headers, body })).status;
}
