import { describe, expect, it } from 'vitest';
import { createApply } from '../../../sandbox/kubernetes/apply.ts';
import { createStore } from '../../../sandbox/kubernetes/store.ts';
import { aDeployment, deploymentIn, DIGEST } from './builders.ts';
import { manualClock } from './manual-clock.ts';

function aStore() {
  const clock = manualClock(Date.parse('2026-11-21T12:00:00.750Z'));
  const store = createStore(clock);
  return { clock, store, apply: createApply(store) };
}

const aService = (extra: object = {}) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'inference', ...extra }, spec: { ports: [{ port: 80 }] } });

describe('apply', () => {
  it('creates an object with defaults, uid, generation and a creation time of whole seconds', () => {
    const { apply } = aStore();
    const { change, object } = apply(aDeployment());
    expect(change).toBe('created');
    expect(object.metadata).toMatchObject({ generation: 1, resourceVersion: '1', creationTimestamp: '2026-11-21T12:00:00Z' });
    expect(object).toMatchObject({ spec: { progressDeadlineSeconds: 600, revisionHistoryLimit: 10, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } } }, status: {} });
  });

  it('changes nothing when the manifest is the same', () => {
    const { store, apply } = aStore();
    apply(aDeployment());
    expect(apply(aDeployment()).change).toBe('unchanged');
    expect(store.resourceVersion()).toBe(1);
  });

  it('counts a generation for a change of the spec only', () => {
    const { apply } = aStore();
    apply(aDeployment());
    const labelled = aDeployment();
    expect(apply({ ...labelled, metadata: { ...labelled.metadata, labels: { team: 'a' } } }).object.metadata).toMatchObject({ generation: 1, labels: { team: 'a' } });
    expect(apply(aDeployment({ image: `registry.example/web:2@${DIGEST}` })).object.metadata.generation).toBe(2);
  });

  it('removes what the manifest no longer names and keeps what others wrote', () => {
    const { store, apply } = aStore();
    const named = (annotations: object) => ({ ...aDeployment(), metadata: { name: 'web', namespace: 'inference', annotations } });
    apply(named({ ours: '1', gone: '1' }));
    store.update('Deployment', 'inference', 'web', (live) => ({ ...live, status: { replicas: 2 }, metadata: { ...live.metadata, annotations: { ...live.metadata.annotations, theirs: '1' } } }));
    apply(named({ ours: '2' }));
    expect(deploymentIn(store)).toMatchObject({ metadata: { annotations: { ours: '2', theirs: '1' } }, status: { replicas: 2 } });
    expect(deploymentIn(store).metadata.annotations).not.toHaveProperty('gone');
    apply(aDeployment());
    expect(deploymentIn(store).metadata.annotations).toEqual({ theirs: '1' });
  });

  it('leaves replicas to an autoscaler when the manifest never named them', () => {
    const { store, apply } = aStore();
    apply(aDeployment({ replicas: undefined }));
    store.update('Deployment', 'inference', 'web', (live) => ({ ...live, spec: { ...live.spec, replicas: 7 } }));
    expect(apply(aDeployment({ replicas: undefined, revisionHistoryLimit: 2 })).object).toMatchObject({ spec: { replicas: 7 } });
  });

  it('stores a StatefulSet, on which no controller acts', () => {
    const { store, apply } = aStore();
    apply({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db', namespace: 'inference' }, spec: { replicas: 1 } });
    expect(store.get('StatefulSet', 'inference', 'db')).toMatchObject({ spec: { replicas: 1 }, metadata: { generation: 1 } });
  });

  it('stores the data of a ConfigMap, without what the manifest no longer names', () => {
    const { store, apply } = aStore();
    const model = (data: object | undefined) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'model', namespace: 'inference' }, data });
    apply(model({ MODEL_NAME: 'iris', MODEL_ALIAS: 'champion' }));
    apply(model({ MODEL_ALIAS: 'challenger' }));
    expect(store.get('ConfigMap', 'inference', 'model')).toMatchObject({ data: { MODEL_ALIAS: 'challenger' } });
    expect(store.get('ConfigMap', 'inference', 'model')?.data).not.toHaveProperty('MODEL_NAME');
    expect(store.get('ConfigMap', 'inference', 'model')).not.toHaveProperty('spec');
  });

  it.each([
    { reason: 'an unknown kind', manifest: { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'x' } }, message: 'no matches for kind "Job" in version "batch/v1"' },
    { reason: 'metadata that is not simulated', manifest: aService({ finalizers: ['x'] }), message: 'metadata.finalizers of a Service is not simulated; leave it out of the manifest' },
    { reason: 'data outside of a ConfigMap', manifest: { ...aService(), data: { a: 'b' } }, message: 'a Service has no data; leave it out of the manifest' },
    { reason: 'a spec of a ServiceAccount', manifest: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web' }, spec: {} }, message: 'a ServiceAccount has no spec; leave it out of the manifest' },
    { reason: 'the strategy Recreate', manifest: aDeployment({ strategy: { type: 'Recreate' } }), message: 'Deployment.apps "web" is invalid: spec.strategy.type: the sandbox simulates RollingUpdate only' },
    { reason: 'an init container that goes on', manifest: aDeployment({ template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web' }], initContainers: [{ name: 'proxy', image: 'proxy', restartPolicy: 'Always' }] } } }), message: 'spec.template.spec.initContainers.0.restartPolicy: the sandbox runs no init container beside the others' },
    { reason: 'minReadySeconds', manifest: aDeployment({ minReadySeconds: 10 }), message: 'spec.minReadySeconds: in the sandbox a pod is available as soon as it is Ready' },
    { reason: 'a paused Deployment', manifest: aDeployment({ paused: true }), message: 'spec.paused: the sandbox pauses no rollout' },
    { reason: 'a selector without its labels', manifest: aDeployment({ selector: { matchLabels: { app: 'other' } } }), message: '`selector` does not match template `labels`' },
  ])('refuses $reason by name', ({ manifest, message }) => {
    const { store, apply } = aStore();
    expect(() => apply(manifest)).toThrow(message);
    expect(store.resourceVersion()).toBe(0);
  });

  it('refuses what is no manifest', () => {
    expect(() => aStore().apply({ kind: 'Service', data: {} })).toThrow('The manifest is not a Kubernetes object: apiVersion: Invalid input');
  });

  it('refuses another selector for a Deployment that exists', () => {
    const { apply } = aStore();
    apply(aDeployment());
    const labels = { app: 'web', tier: 'x' };
    const template = { metadata: { labels }, spec: aDeployment().spec.template.spec };
    expect(() => apply(aDeployment({ selector: { matchLabels: labels }, template }))).toThrow('spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"x"}}: field is immutable');
  });
});

describe('store', () => {
  it('hands out the changes after a resourceVersion, and none that it has forgotten', () => {
    const { clock } = aStore();
    const store = createStore(clock, 2);
    const apply = createApply(store);
    for (const name of ['a', 'b', 'c']) apply(aService({ name }));
    expect(store.changesSince(1)?.map(({ object }) => object.metadata.name)).toEqual(['b', 'c']);
    expect(store.changesSince(0)).toBeNull();
    store.compact();
    expect(store.changesSince(2)).toBeNull();
    expect(store.changesSince(3)).toEqual([]);
  });

  it('writes nothing for an update that changes nothing', () => {
    const { store, apply } = aStore();
    apply(aService());
    store.update('Service', 'inference', 'web', (live) => ({ ...live }));
    expect(store.resourceVersion()).toBe(1);
  });

  it('refuses to create an object twice', () => {
    const { store } = aStore();
    const draft = { metadata: { name: 'web', namespace: 'inference' }, spec: {} };
    store.create('Service', draft);
    expect(() => store.create('Service', draft)).toThrow('Service inference/web already exists; update it');
  });
});
