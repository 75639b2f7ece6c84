import { afterEach, describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../../../sandbox/tls.ts';
import { type ClusterLimits, createOpenCluster } from '../../../../src/adapters/kubernetes/open-cluster.ts';
import type { ClusterSnapshot } from '../../../../src/domain/cluster.ts';
import { ConfigurationError, ForbiddenError, NotFoundError, RateLimitedError, RefusedError, UnauthorizedError, UnavailableError } from '../../../../src/domain/errors.ts';
import { answerList, answerStatus, type ApiCall, openWatch, podObject, type ScriptedKubernetes, sendEvent, startScriptedKubernetes } from '../../../support/scripted-kubernetes.ts';

const PODS_ONLY = { namespace: 'inference', kinds: [] } as const;
const PATIENT: ClusterLimits = { patience: 20_000, silence: 20_000 };
const TOKEN = 'k8s-aws-v1.secret';

let api: ScriptedKubernetes;
let abort: AbortController;
let tokens = 0;

afterEach(async () => {
  abort.abort();
  await api.stop();
});

async function watchPods(script: (call: ApiCall) => boolean | void, limits: ClusterLimits = PATIENT, ca?: string): Promise<AsyncIterator<ClusterSnapshot>> {
  api = await startScriptedKubernetes(script);
  abort = new AbortController();
  tokens = 0;
  const endpoint = { ...api.endpoint, ...(ca === undefined ? {} : { ca }) };
  const open = createOpenCluster({ endpoint: async () => endpoint, token: async () => `${TOKEN}-${(tokens += 1)}` }, limits);
  const cluster = await open({ name: 'dev-eu', region: 'eu-central-1' });
  return cluster.watch(PODS_ONLY, abort.signal)[Symbol.asyncIterator]();
}

async function podNames(snapshots: AsyncIterator<ClusterSnapshot>): Promise<string[] | null> {
  const result = await snapshots.next();
  return result.done === true ? null : result.value.pods.map(({ name }) => name);
}

const listsOnePod = (call: ApiCall) => call.verb === 'list' && call.plural === 'pods' && answerList(call, [podObject('web-1', '90')]);

describe('createOpenCluster › watch', () => {
  it('yields the listed objects, then each change, from the version of the list', async () => {
    const snapshots = await watchPods(listsOnePod);
    expect(await podNames(snapshots)).toEqual(['web-1']);
    const watch = await api.call('watch', 'pods');
    expect(Object.fromEntries(watch.query)).toEqual({ watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '100' });
    sendEvent(watch, 'ADDED', podObject('web-2', '101'));
    expect(await podNames(snapshots)).toEqual(['web-1', 'web-2']);
    sendEvent(watch, 'DELETED', podObject('web-1', '102'));
    expect(await podNames(snapshots)).toEqual(['web-2']);
  });

  it('asks for Warning events only', async () => {
    await watchPods(listsOnePod).then((snapshots) => snapshots.next());
    const { query } = await api.call('list', 'events');
    expect(query.get('fieldSelector')).toBe('type=Warning');
  });

  it('makes one snapshot of changes that arrive together', async () => {
    const snapshots = await watchPods(listsOnePod);
    await snapshots.next();
    const watch = await api.call('watch', 'pods');
    watch.response.write([podObject('web-2', '101'), podObject('web-3', '102')].map((object) => `${JSON.stringify({ type: 'ADDED', object })}\n`).join(''));
    expect(await podNames(snapshots)).toEqual(['web-1', 'web-2', 'web-3']);
  });

  it('reads an event that arrives in pieces', async () => {
    const snapshots = await watchPods(listsOnePod);
    await snapshots.next();
    const { response } = await api.call('watch', 'pods');
    const line = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: podObject('wéb-2', '101') })}\n`);
    const middle = line.indexOf(0xc3) + 1;
    response.write(line.subarray(0, middle), () => response.write(line.subarray(middle)));
    expect(await podNames(snapshots)).toEqual(['web-1', 'wéb-2']);
  });

  it('goes on from the last event or bookmark when the connection is cut', async () => {
    const snapshots = await watchPods(listsOnePod);
    await snapshots.next();
    const first = await api.call('watch', 'pods');
    sendEvent(first, 'BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: '150' } });
    sendEvent(first, 'ADDED', podObject('web-2', '151'));
    await snapshots.next();
    first.response.destroy();
    const second = await api.call('watch', 'pods', 1);
    expect(second.query.get('resourceVersion')).toBe('151');
    sendEvent(second, 'BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: '160' } });
    second.response.end();
    expect((await api.call('watch', 'pods', 2)).query.get('resourceVersion')).toBe('160');
    expect(api.calls.filter(({ verb, plural }) => verb === 'list' && plural === 'pods')).toHaveLength(1);
  });

  it('opens a silent watch again, without an error', async () => {
    const snapshots = await watchPods(listsOnePod, { patience: 0, silence: 500 });
    await snapshots.next();
    const { query } = await api.call('watch', 'pods', 2);
    expect(query.get('resourceVersion')).toBe('100');
  });

  it.each([
    ['as the answer', (call: ApiCall) => answerStatus(call, 410, 'too old resource version: 100 (200)')],
    ['as an ERROR event', (call: ApiCall) => (openWatch(call), sendEvent(call, 'ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' }), true)],
  ])('lists again when the version has expired: %s', async (_name, expire) => {
    const snapshots = await watchPods((call) => {
      if (call.plural !== 'pods') return false;
      if (call.verb === 'list') return answerList(call, [podObject(`web-${call.index}`, '1')], String(100 + call.index * 100));
      return call.index === 0 ? expire(call) : false;
    });
    expect(await podNames(snapshots)).toEqual(['web-0']);
    expect(await podNames(snapshots)).toEqual(['web-1']);
    expect((await api.call('watch', 'pods', 1)).query.get('resourceVersion')).toBe('200');
  });

  it('asks for a token for each request', async () => {
    const snapshots = await watchPods(listsOnePod);
    await snapshots.next();
    await Promise.all([api.call('watch', 'pods'), api.call('watch', 'events')]);
    const sent = api.calls.map(({ token }) => token);
    expect(new Set(sent).size).toBe(4);
    expect(sent.every((token) => token.startsWith(`Bearer ${TOKEN}`))).toBe(true);
  });

  it('rides out an API server that is away for a while', async () => {
    const snapshots = await watchPods((call) => {
      if (call.plural === 'pods' && call.verb === 'list' && call.index === 0) return answerStatus(call, 503, 'apiserver is shutting down');
      return listsOnePod(call);
    });
    expect(await podNames(snapshots)).toEqual(['web-1']);
  });

  it('ends at once when the signal aborts, also before the first list is in', async () => {
    const silent = (call: ApiCall) => call.verb === 'list';
    const snapshots = await watchPods(silent);
    const pending = podNames(snapshots);
    await api.call('list', 'pods');
    abort.abort();
    expect(await pending).toBeNull();
  });

  it('cuts its connections when the reader stops', async () => {
    const snapshots = await watchPods(listsOnePod);
    await snapshots.next();
    const { response } = await api.call('watch', 'pods');
    const closed = new Promise((resolve) => response.once('close', resolve));
    await snapshots.return?.();
    await closed;
  });
});

describe('createOpenCluster › errors', () => {
  const FORBIDDEN = 'pods is forbidden: User "arn:aws:sts::111122223333:assumed-role/slipway/x" cannot list resource "pods" in API group "" in the namespace "inference"';

  it.each([
    [401, 'Unauthorized', UnauthorizedError, /^Cluster dev-eu refuses the token.*AccessEntryCommand/],
    [403, FORBIDDEN, ForbiddenError, /cannot list resource "pods" in API group "" in the namespace "inference"; docs\/rbac\.yaml/],
    [404, 'the server could not find the requested resource', NotFoundError, /^Cluster dev-eu has no list and watch pods/],
    [400, 'bad field selector', RefusedError, /bad field selector/],
  ] as const)('says what %i means', async (code, message, type, expected) => {
    const snapshots = await watchPods((call) => call.plural === 'pods' && answerStatus(call, code, message));
    const failure = await snapshots.next().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(type);
    expect(failure).toHaveProperty('message', expect.stringMatching(expected));
    expect(String(failure)).not.toContain(TOKEN);
  });

  it('tells a watch that is forbidden where listing is not', async () => {
    const snapshots = await watchPods((call) => (call.verb === 'watch' && call.plural === 'pods' ? answerStatus(call, 403, FORBIDDEN.replace('list', 'watch')) : listsOnePod(call)));
    await snapshots.next();
    await expect(snapshots.next()).rejects.toThrow(/cannot watch resource "pods"/);
  });

  it('believes a refusal after the connection was cut once it lasts: a server that starts refuses everybody', async () => {
    const refused = (call: ApiCall) => (call.index === 1 ? answerStatus(call, 403, FORBIDDEN.replace('list', 'watch')) : false);
    const snapshots = await watchPods((call) => (call.verb === 'watch' && call.plural === 'pods' ? refused(call) : listsOnePod(call)));
    await snapshots.next();
    (await api.call('watch', 'pods')).response.destroy();
    sendEvent(await api.call('watch', 'pods', 2), 'ADDED', podObject('web-2', '101'));
    expect(await podNames(snapshots)).toEqual(['web-1', 'web-2']);
  });

  it.each([
    [503, UnavailableError],
    [429, RateLimitedError],
  ] as const)('gives up on %i when its patience is over', async (code, type) => {
    const snapshots = await watchPods((call) => answerStatus(call, code, 'later'), { patience: 0, silence: 1000 });
    await expect(snapshots.next()).rejects.toThrow(type);
  });

  it('gives up on a list that is not answered', async () => {
    const snapshots = await watchPods(({ verb }) => verb === 'list', { patience: 0, silence: 50 });
    await expect(snapshots.next()).rejects.toThrow(/^Cluster dev-eu cannot be reached \(no answer within 50 ms\)/);
  });

  it('repeats nothing of an answer that is not Kubernetes', async () => {
    const snapshots = await watchPods(({ response }) => (response.writeHead(502).end('<html>proxy-secret</html>'), true), { patience: 0, silence: 1000 });
    await expect(snapshots.next()).rejects.toThrow(/^(?!.*proxy-secret).*HTTP 502/);
  });

  it('says that a cluster cannot be reached', async () => {
    const snapshots = await watchPods(() => false, { patience: 0, silence: 1000 });
    await api.stop();
    await expect(snapshots.next()).rejects.toThrow(/^Cluster dev-eu cannot be reached \(ECONNREFUSED\)/);
    api = await startScriptedKubernetes(() => false);
  });

  it('says at once that the CA does not vouch for the certificate', async () => {
    const { certPem } = await createCertificateAuthority('Somebody else');
    const snapshots = await watchPods(() => false, PATIENT, certPem);
    await expect(snapshots.next()).rejects.toThrow(ConfigurationError);
    expect(api.calls).toEqual([]);
  });

  it('sends no token in the clear', async () => {
    await watchPods(() => false);
    const open = createOpenCluster({ endpoint: async () => ({ server: 'http://127.0.0.1:1', ca: '' }), token: async () => TOKEN });
    const cluster = await open({ name: 'dev-eu', region: 'eu-central-1' });
    await expect(cluster.watch(PODS_ONLY, abort.signal)[Symbol.asyncIterator]().next()).rejects.toThrow(/not https/);
  });

  it('passes on that the token could not be made', async () => {
    await watchPods(() => false);
    const failure = new UnauthorizedError('no credentials');
    const open = createOpenCluster({ endpoint: async () => api.endpoint, token: () => Promise.reject(failure) });
    const cluster = await open({ name: 'dev-eu', region: 'eu-central-1' });
    await expect(cluster.watch(PODS_ONLY, abort.signal)[Symbol.asyncIterator]().next()).rejects.toBe(failure);
  });

  it('names the field of an object that cannot be read', async () => {
    const snapshots = await watchPods((call) => call.verb === 'list' && call.plural === 'pods' && answerList(call, [{ ...podObject('web-1', '1'), spec: {} }]));
    await expect(snapshots.next()).rejects.toThrow(/Pod that cannot be read at spec\.containers/);
  });
});
