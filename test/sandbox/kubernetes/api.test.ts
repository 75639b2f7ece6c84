import { afterEach, describe, expect, it } from 'vitest';
import { type Kubernetes, type KubernetesOptions, startKubernetes } from '../../../sandbox/kubernetes/start.ts';
import { createCertificateAuthority } from '../../../sandbox/tls.ts';
import { apiClient, type WatchLine } from './api-client.ts';
import { aDeployment, DIGEST, publishedRbac } from './builders.ts';
import { fakeProcesses } from './fake-processes.ts';
import { manualClock } from './manual-clock.ts';

const USERS: Readonly<Record<string, { username: string; groups: string[] }>> = {
  'a-token-of-slipway': { username: 'checker', groups: ['slipway'] },
  'a-token-of-nobody': { username: 'nobody', groups: [] },
  'a-token-of-the-operator': { username: 'operator', groups: ['system:masters'] },
};
const DEPLOYMENTS = '/apis/apps/v1/namespaces/inference/deployments';
const PODS = '/api/v1/namespaces/inference/pods';
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };

const started: Kubernetes[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map(({ stop }) => stop()));
});

/** A cluster with one rolled out Deployment, and clients by the name of their user. */
async function aCluster(options: Pick<KubernetesOptions, 'runtime'> = {}) {
  const clock = manualClock();
  const kubernetes = await startKubernetes({ ...options, rbac: publishedRbac(), clock, authenticate: async (token) => USERS[token] ?? null });
  started.push(kubernetes);
  kubernetes.apply(aDeployment());
  clock.advance(5_000);
  const client = (token: string | null) => apiClient(kubernetes.url, kubernetes.caPem, token);
  return { ...kubernetes, clock, client, slipway: client('a-token-of-slipway'), operator: client('a-token-of-the-operator') };
}

async function next(watch: AsyncGenerator<WatchLine>): Promise<WatchLine> {
  const result = await watch.next();
  if (result.done === true) throw new Error('The watch has ended.');
  return result.value;
}

const failure = (code: number, reason: string, message: string, details?: object) => ({
  code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...(details === undefined ? {} : { details }), code },
});

describe('API server', () => {
  it('lists objects without repeating their kind, and gets one with it', async () => {
    const { slipway, store } = await aCluster();
    const { code, body } = await slipway.call(DEPLOYMENTS);
    expect(code).toBe(200);
    expect(body).toMatchObject({ kind: 'DeploymentList', apiVersion: 'apps/v1', metadata: { resourceVersion: String(store.resourceVersion()) }, items: [{ metadata: { name: 'web' }, status: { readyReplicas: 3 } }] });
    expect(body).not.toMatchObject({ items: [{ kind: 'Deployment' }] });
    expect((await slipway.call(`${DEPLOYMENTS}/web`)).body).toMatchObject({ kind: 'Deployment', apiVersion: 'apps/v1', metadata: { name: 'web' } });
  });

  it('answers in the words of the real server when it refuses', async () => {
    const { client, slipway, operator } = await aCluster();
    const nobody = client('a-token-of-nobody');
    expect(await client('not-a-token').call(PODS)).toEqual(failure(401, 'Unauthorized', 'Unauthorized'));
    expect(await client(null).call(PODS)).toEqual(failure(401, 'Unauthorized', 'Unauthorized'));
    expect(await nobody.call(DEPLOYMENTS)).toEqual(
      failure(403, 'Forbidden', 'deployments.apps is forbidden: User "nobody" cannot list resource "deployments" in API group "apps" in the namespace "inference"', { group: 'apps', kind: 'deployments' }),
    );
    expect(await nobody.call(`${PODS}?watch=true`)).toEqual(
      failure(403, 'Forbidden', 'pods is forbidden: User "nobody" cannot watch resource "pods" in API group "" in the namespace "inference"', { kind: 'pods' }),
    );
    expect(await slipway.call('/api/v1/pods')).toEqual(failure(403, 'Forbidden', 'pods is forbidden: User "checker" cannot list resource "pods" in API group "" at the cluster scope', { kind: 'pods' }));
    expect(await slipway.call(`${PODS}/x/log`)).toEqual(
      failure(403, 'Forbidden', 'pods "x" is forbidden: User "checker" cannot get resource "pods/log" in API group "" in the namespace "inference"', { name: 'x', kind: 'pods' }),
    );
    expect(await nobody.call('/metrics')).toEqual(failure(403, 'Forbidden', 'forbidden: User "nobody" cannot get path "/metrics"', {}));
    expect(await slipway.call(`${DEPLOYMENTS}/gone`)).toEqual(failure(404, 'NotFound', 'deployments.apps "gone" not found', { name: 'gone', group: 'apps', kind: 'deployments' }));
    expect(await operator.call('/apis/batch/v1/jobs')).toMatchObject({
      code: 404, body: { message: 'the server could not find the requested resource: the sandbox does not serve GET /apis/batch/v1/jobs' },
    });
    expect(await slipway.call('/apis/argoproj.io/v1alpha1/namespaces/inference/rollouts')).toMatchObject({
      code: 403, body: { message: 'rollouts.argoproj.io is forbidden: User "checker" cannot list resource "rollouts" in API group "argoproj.io" in the namespace "inference"' },
    });
    expect(await operator.call(`${DEPLOYMENTS}/web`, { method: 'DELETE' })).toMatchObject({
      code: 405, body: { reason: 'MethodNotAllowed', message: expect.stringContaining(`the sandbox does not serve DELETE ${DEPLOYMENTS}/web`) as string },
    });
    expect(await operator.call(PODS, { 'impersonate-user': 'checker' })).toMatchObject({ code: 400, body: { message: 'the sandbox does not let one user act as another (kubectl --as)' } });
    expect(await slipway.call(`${PODS}?colour=red`)).toMatchObject({ code: 400, body: { reason: 'BadRequest', message: 'the sandbox does not know the option "colour" of pods' } });
  });

  it('selects by labels and fields', async () => {
    const { slipway, operator, store } = await aCluster();
    const names = async (path: string) => ((await slipway.call(path)).body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name);
    const [pod] = store.list('Pod');
    expect(await names(`${PODS}?labelSelector=${encodeURIComponent('app in (web),pod-template-hash')}`)).toHaveLength(3);
    expect(await names(`${PODS}?labelSelector=app%21%3Dweb`)).toEqual([]);
    expect(await names(`${PODS}?fieldSelector=metadata.name%3D${pod?.metadata.name}`)).toEqual([pod?.metadata.name]);
    const events = `/api/v1/namespaces/inference/events?fieldSelector=involvedObject.uid%3D${pod?.metadata.uid},type%21%3DWarning`;
    expect(await names(events)).toHaveLength(5);
    const ofDeployment = 'involvedObject.kind=Deployment,involvedObject.apiVersion=apps/v1,involvedObject.name=web';
    expect(await names(`/api/v1/namespaces/inference/events?fieldSelector=${encodeURIComponent(ofDeployment)}`)).toHaveLength(1);
    expect((await operator.call('/apis/apps/v1/replicasets')).body).toMatchObject({ items: [{ metadata: { namespace: 'inference' } }] });
  });

  it('describes itself for kubectl, and renders its tables', async () => {
    const { slipway } = await aCluster();
    expect((await slipway.call('/version')).body).toMatchObject({ major: '1', minor: '36' });
    expect((await slipway.call('/apis')).body).toMatchObject({ groups: [{ name: 'apps' }] });
    expect((await slipway.call('/apis/apps/v1')).body).toMatchObject({ resources: expect.arrayContaining([expect.objectContaining({ name: 'deployments', kind: 'Deployment', namespaced: true })]) as unknown });
    expect((await slipway.call(DEPLOYMENTS, TABLE)).body).toMatchObject({ kind: 'Table', rows: [{ cells: ['web', '3/3', '3', '3', '5s'] }] });
  });

  it('renders rows with whole objects for kubectl get --sort-by', async () => {
    const { slipway } = await aCluster();
    const events = '/api/v1/namespaces/inference/events?fieldSelector=involvedObject.kind%3DDeployment';
    const cells = ['5s', 'Normal', 'ScalingReplicaSet', 'deployment/web', expect.stringContaining('from 0 to 3') as string];
    const row = { cells, object: { kind: 'Event', lastTimestamp: expect.any(String) as string } };
    expect((await slipway.call(`${events}&includeObject=Object`, TABLE)).body).toMatchObject({ columnDefinitions: [{ name: 'Last Seen' }, {}, {}, {}, {}], rows: [row] });
  });

  it('lets kubectl, which asks for the namespace of what it does not find, tell a missing object from a missing namespace', async () => {
    const { operator, slipway } = await aCluster();
    expect(await operator.call('/api/v1/namespaces/inference')).toMatchObject({ code: 200, body: { kind: 'Namespace', metadata: { name: 'inference' } } });
    expect(await operator.call('/api/v1/namespaces/nowhere')).toEqual(failure(404, 'NotFound', 'namespaces "nowhere" not found', { name: 'nowhere', kind: 'namespaces' }));
    expect(await slipway.call('/api/v1/namespaces/inference')).toMatchObject({ code: 403 });
  });
});

describe('watch', () => {
  it('resumes at a resourceVersion without losing or repeating a change', async () => {
    const { slipway, store, apply, clock, dropConnections } = await aCluster();
    const from = store.resourceVersion();
    apply(aDeployment({ image: `registry.example/web:2@${DIGEST}` }));
    clock.advance(5_000);
    const all = store.changesSince(from)?.filter(({ object }) => object.kind === 'Pod').map(({ resourceVersion }) => String(resourceVersion)) ?? [];
    const first = await slipway.watch(`${PODS}?watch=true&resourceVersion=${from}`);
    const seen = [await next(first), await next(first), await next(first)].map(({ object }) => object.metadata.resourceVersion);
    dropConnections();
    const resumed = await slipway.watch(`${PODS}?watch=true&resourceVersion=${seen.at(-1)}`);
    while (seen.length < all.length) seen.push((await next(resumed)).object.metadata.resourceVersion);
    expect(all.length).toBeGreaterThan(10);
    expect(seen).toEqual(all);
  });

  it('begins with every object when it names no resourceVersion, then goes on live', async () => {
    const { slipway, apply } = await aCluster();
    const watch = await slipway.watch(`${DEPLOYMENTS}?watch=1`);
    expect(await next(watch)).toMatchObject({ type: 'ADDED', object: { kind: 'Deployment', metadata: { name: 'web' } } });
    apply(aDeployment({ name: 'api' }));
    expect(await next(watch)).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'api' } } });
  });

  it('says 410 Expired in an ERROR event for a version that the history no longer reaches, and ends', async () => {
    const { slipway, store } = await aCluster();
    store.compact();
    const watch = await slipway.watch(`${PODS}?watch=true&resourceVersion=1`);
    expect(await next(watch)).toEqual({
      type: 'ERROR', object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: `too old resource version: 1 (${store.resourceVersion()})`, reason: 'Expired', code: 410 },
    });
    expect((await watch.next()).done).toBe(true);
  });

  it('shows an object that stops matching the selector as deleted, and one that starts as added', async () => {
    const { slipway, store } = await aCluster();
    const relabel = (colour: string) => store.update('Deployment', 'inference', 'web', (live) => ({ ...live, metadata: { ...live.metadata, labels: { colour } } }));
    const watch = await slipway.watch(`${DEPLOYMENTS}?watch=true&resourceVersion=${store.resourceVersion()}&labelSelector=colour%3Dred`);
    relabel('red');
    relabel('blue');
    const deleted = String(store.resourceVersion());
    expect(await next(watch)).toMatchObject({ type: 'ADDED', object: { metadata: { labels: { colour: 'red' } } } });
    expect(await next(watch)).toMatchObject({ type: 'DELETED', object: { metadata: { labels: { colour: 'red' }, resourceVersion: deleted } } });
  });

  it('sends bookmarks to who asks, and ends after timeoutSeconds', async () => {
    const { slipway, store, clock } = await aCluster();
    const watch = await slipway.watch(`${DEPLOYMENTS}?watch=true&resourceVersion=0&allowWatchBookmarks=true&timeoutSeconds=90`);
    expect((await next(watch)).type).toBe('ADDED');
    clock.advance(60_000);
    expect(await next(watch)).toEqual({ type: 'BOOKMARK', object: { kind: 'Deployment', apiVersion: 'apps/v1', metadata: { resourceVersion: String(store.resourceVersion()), creationTimestamp: null } } });
    clock.advance(30_000);
    expect((await next(watch)).type).toBe('BOOKMARK');
    expect((await watch.next()).done).toBe(true);
  });

  it('is open before anything has happened', async () => {
    const { slipway, apply } = await aCluster();
    const watch = await slipway.watch('/apis/apps/v1/namespaces/inference/statefulsets?watch=true');
    apply({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db', namespace: 'inference' }, spec: {} });
    expect(await next(watch)).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'db' } } });
  });
});

describe('the log of a pod', () => {
  async function aLog() {
    const processes = fakeProcesses();
    const cluster = await aCluster({ runtime: processes.runtime });
    const pod = { containers: [{ name: 'web', image: `registry.example/web:1@${DIGEST}` }] };
    cluster.apply({ ...aDeployment({ name: 'process' }), spec: { selector: { matchLabels: { app: 'process' } }, template: { metadata: { labels: { app: 'process' }, annotations: { 'slipway.dev/run': 'service' } }, spec: pod } } });
    cluster.clock.advance(1_000);
    processes.started[0]?.say('one');
    processes.started[0]?.say('two');
    const [name = '', other = ''] = ['process-', 'web-'].map((start) => cluster.store.list('Pod').find(({ metadata }) => metadata.name.startsWith(start))?.metadata.name);
    return { ...cluster, log: (query = '', of = name) => cluster.operator.text(`${PODS}/${of}/log${query}`), other, name };
  }

  it('is what its process wrote, all of it or its end', async () => {
    const { log } = await aLog();
    expect(await log()).toBe('one\ntwo\n');
    expect(await log('?container=web&tailLines=1')).toBe('two\n');
  });

  it('is refused where there is none, for another container, with options that it does not know, and without the right', async () => {
    const { operator, slipway, name, other } = await aLog();
    const path = `${PODS}/${name}/log`;
    expect(await operator.call(`${PODS}/${other}/log`)).toMatchObject({ code: 400, body: { message: expect.stringContaining('annotated slipway.dev/run: service') as string } });
    expect(await operator.call(`${PODS}/nosuch/log`)).toMatchObject({ code: 404 });
    expect(await operator.call(`${path}?container=proxy`)).toMatchObject({ code: 400, body: { message: `container proxy is not valid for pod ${name}` } });
    expect(await operator.call(`${path}?previous=true`)).toMatchObject({ code: 400, body: { message: 'the sandbox does not know the option "previous" of a log' } });
    expect(await slipway.call(path)).toMatchObject({ code: 403, body: { message: expect.stringContaining('cannot get resource "pods/log"') as string } });
  });
});

describe('TLS', () => {
  it('is not trusted by a client that knows another authority only', async () => {
    const { url } = await aCluster();
    const other = await createCertificateAuthority('Another authority');
    await expect(apiClient(url, other.certPem, null).call('/version')).rejects.toThrow(/certificate/);
  });
});
