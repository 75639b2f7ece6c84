import { afterEach, describe, expect, it } from 'vitest';
import { MANUAL, startWorld, type TestWorld, type TestWorldOptions } from './argocd-world.ts';

const stream = '/api/v1/stream/applications';

let world: TestWorld;

afterEach(() => world.stop());

describe("Argo CD's stream of Applications", () => {
  it('sends the current object first and each change after it, as lines of JSON', async () => {
    await start();
    const lines = read(`${stream}?name=inference-dev&project=inference`);
    expect(JSON.parse(await next(lines))).toMatchObject({ result: { type: 'ADDED', application: { metadata: { name: 'inference-dev' }, status: { sync: { status: 'OutOfSync' } } } } });
    await world.call('POST', '/api/v1/applications/inference-dev/sync', { body: '{}' });
    const changed = JSON.parse(await next(lines)) as { result: { type: string; application: { operation?: object } } };
    expect(changed.result.type).toBe('MODIFIED');
    expect(changed.result.application.operation).toBeDefined();
  });

  it('sends server-sent events, with a comment while nothing happens', async () => {
    await start({ delays: { keepAlive: 5 } });
    const response = await world.open(`${stream}?name=inference-dev`, { accept: 'text/event-stream' });
    expect(response.headers['content-type']).toBe('text/event-stream');
    const chunks = response[Symbol.asyncIterator]();
    expect(await next(chunks)).toMatch(/^data: \{"result":\{"type":"ADDED".*\} \n\n$/);
    expect(await next(chunks)).toBe(':\n');
  });

  it.each([
    ['a name that does not exist', '?name=nosuch', 'slipway'],
    ['another project', '?name=inference-dev&project=other', 'slipway'],
    ['another namespace', '?name=inference-dev&appNamespace=other', 'slipway'],
    ['a token without rights', '?name=inference-dev', 'nobody'],
  ])('stays open and silent for %s', async (_case, query, role) => {
    await start({ delays: { keepAlive: 5 } });
    const authorization = `Bearer ${world.argocd.token('inference', role)}`;
    const response = await world.open(stream + query, { accept: 'text/event-stream', authorization });
    expect(response.statusCode).toBe(200);
    expect(await next(response[Symbol.asyncIterator]())).toBe(':\n');
  });

  it('ends when the server stops', async () => {
    await start();
    const response = await world.open(`${stream}?name=inference-dev`);
    const ended = new Promise((resolve) => response.on('error', resolve));
    response.resume();
    await world.argocd.stop();
    expect(await ended).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('what Argo CD shows of an Application', () => {
  it('shows the tree down to the pods, and one live object as a JSON string', async () => {
    await start();
    await world.call('POST', '/api/v1/applications/inference-dev/sync', { body: '{}' });
    await world.until((application) => application.status.sync.status === 'Synced');
    const replicaSet = addOwned('ReplicaSet', 'apps/v1', 'web-1', world.cluster.find('Deployment', 'inference-dev')?.metadata.uid);
    addOwned('Pod', 'v1', 'web-1-a', replicaSet, {
      spec: { containers: [{ image: 'registry.example/x:1' }] },
      status: { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off' } } }] },
    });
    addOwned('Pod', 'v1', 'stranger', 'another-uid');
    const { nodes } = (await world.call('GET', '/api/v1/applications/inference-dev/resource-tree')).json() as { nodes: { kind: string; name: string }[] };
    expect(nodes.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['ServiceAccount inference-dev', 'ConfigMap inference-dev-model', 'Service inference-dev', 'Deployment inference-dev', 'ReplicaSet web-1', 'Pod web-1-a']);
    expect(nodes[5]).toMatchObject({ version: 'v1', images: ['registry.example/x:1'], health: { status: 'Degraded', message: 'Back-off' }, parentRefs: [{ group: 'apps', kind: 'ReplicaSet', name: 'web-1', uid: replicaSet }] });
    const resource = '?group=apps&version=v1&kind=Deployment&namespace=inference&resourceName=inference-dev';
    const { manifest } = (await world.call('GET', `/api/v1/applications/inference-dev/resource${resource}`)).json() as { manifest: string };
    expect(JSON.parse(manifest)).toEqual(world.cluster.find('Deployment', 'inference-dev'));
  });

  it.each([
    ['no window', null, true, 200],
    ['an active deny', "kind: deny, schedule: '* * * * *', duration: 1h", false, 403],
    ['an active deny that lets people sync', "kind: deny, schedule: '* * * * *', duration: 1h, manualSync: true", true, 200],
    ['a deny at another time', "kind: deny, schedule: '0 22 * * *', duration: 1h", true, 200],
    ['an active allow', "kind: allow, schedule: '0 9-17 * * 1-5', duration: 1h", true, 200],
    ['an allow at another time', "kind: allow, schedule: '0 22 * * *', duration: 30m", false, 403],
  ])('answers syncwindows, and a manual sync, by the windows of the project: %s', async (_case, window, canSync, status) => {
    const now = new Date('2026-11-20T10:30:00Z'); // a Friday
    await start({ now: () => now, manifests: (text) => MANUAL(withWindow(text, window)) });
    expect((await world.call('GET', '/api/v1/applications/inference-dev/syncwindows')).json()).toMatchObject({ canSync });
    const answer = await world.call('POST', '/api/v1/applications/inference-dev/sync', { body: '{}' });
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.json()).toMatchObject({ code: 7, message: 'cannot sync: blocked by sync window' });
  });

  it('keeps auto-sync out of a window that lets people sync', async () => {
    const deny = "kind: deny, schedule: '* * * * *', duration: 1h, manualSync: true";
    world = await startWorld({ manifests: (text) => withWindow(text, deny) });
    expect(world.argocd.application('inference-dev')).toMatchObject({ status: { sync: { status: 'OutOfSync' } } });
    expect(world.argocd.application('inference-dev')?.operation).toBeUndefined();
    expect((await world.call('GET', '/api/v1/applications/inference-dev/syncwindows')).json()).toEqual({
      activeWindows: [{ kind: 'deny', schedule: '* * * * *', duration: '1h', manualSync: true }],
      assignedWindows: [{ kind: 'deny', schedule: '* * * * *', duration: '1h', manualSync: true }],
      canSync: true,
    });
  });
});

async function start(options: TestWorldOptions = {}): Promise<void> {
  world = await startWorld({ manifests: (text) => MANUAL(withWindow(text, null)), ...options });
}

/** Adds a role without rights and, if there is one, a sync window. */
function withWindow(text: string, window: string | null): string {
  if (!text.includes('kind: AppProject')) return text;
  const role = '    - name: nobody\n      policies: []\n';
  return `${text}${role}${window === null ? '' : `  syncWindows:\n    - { ${window}, applications: ['*'] }\n`}`;
}

function addOwned(kind: 'ReplicaSet' | 'Pod', apiVersion: string, name: string, owner: string | undefined, rest: object = {}): string {
  const [ownerKind, ownerName, ownerVersion] = kind === 'Pod' ? ['ReplicaSet', 'web-1', 'apps/v1'] : ['Deployment', 'inference-dev', 'apps/v1'];
  const ownerReferences = [{ apiVersion: ownerVersion ?? '', kind: ownerKind ?? '', name: ownerName ?? '', uid: owner ?? '' }];
  world.cluster.write({ apiVersion, kind, metadata: { name, namespace: 'inference', uid: `uid-${name}`, ownerReferences }, ...rest });
  return `uid-${name}`;
}

async function* read(path: string): AsyncGenerator<string> {
  let text = '';
  for await (const chunk of await world.open(path)) {
    const lines = (text + String(chunk)).split('\n');
    text = lines.pop() ?? '';
    yield* lines;
  }
}

async function next(iterator: AsyncIterator<unknown>): Promise<string> {
  const result = await iterator.next();
  if (result.done === true) throw new Error('The stream ended.');
  return String(result.value);
}
