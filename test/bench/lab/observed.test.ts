import { describe, expect, it } from 'vitest';
import { isRolledOut, observedPod, type ObservedPod } from '../../../bench/lab/observed-pods.ts';
import { type DeploymentObject, isDeploymentRolledOut } from '../../../bench/lab/rolled-out-deployment.ts';
import { isSettled, type SettlingApplication } from '../../../bench/lab/settled.ts';

const OLD = `sha256:${'a'.repeat(64)}`;
const NEW = `sha256:${'b'.repeat(64)}`;

function aPod(overrides: Partial<ObservedPod> = {}): ObservedPod {
  return { namespace: 'one', image: `registry.example/web:2@${NEW}`, ready: true, deleting: false, ...overrides };
}

const oldPod = aPod({ image: `registry.example/web:1@${OLD}` });

describe('isRolledOut', () => {
  const want = { namespaces: ['one'], imageEnd: NEW, replicas: 2 };

  it('is true of as many Ready pods as wanted on the digest', () => {
    expect(isRolledOut([aPod(), aPod()], want)).toBe(true);
  });

  it.each([
    ['a pod is missing', [aPod()]],
    ['a pod is not Ready', [aPod(), aPod({ ready: false })]],
    ['a pod that ends is the second one', [aPod(), aPod({ deleting: true })]],
    ['an old pod is left', [aPod(), aPod(), oldPod]],
    ['they are in another namespace', [aPod({ namespace: 'two' }), aPod({ namespace: 'two' })]],
  ])('is not while %s', (_, pods) => {
    expect(isRolledOut(pods, want)).toBe(false);
  });

  it('does not wait for an old pod that ends already', () => {
    expect(isRolledOut([aPod(), aPod(), { ...oldPod, deleting: true }], want)).toBe(true);
  });

  it('asks it of every target', () => {
    const both = { ...want, namespaces: ['one', 'two'] };
    expect(isRolledOut([aPod(), aPod()], both)).toBe(false);
    expect(isRolledOut([aPod(), aPod(), aPod({ namespace: 'two' }), aPod({ namespace: 'two' })], both)).toBe(true);
  });
});

describe('observedPod', () => {
  it('reads what the API gives', () => {
    const object = {
      metadata: { namespace: 'one', deletionTimestamp: '2026-01-02T03:04:05Z' },
      spec: { containers: [{ image: 'web:2' }] },
      status: { conditions: [{ type: 'Initialized', status: 'True' }, { type: 'Ready', status: 'True' }] },
    };
    expect(observedPod(object)).toEqual({ namespace: 'one', image: 'web:2', ready: true, deleting: true });
    expect(observedPod({ ...object, metadata: { namespace: 'one' }, status: {} })).toMatchObject({ ready: false, deleting: false });
  });
});

describe('isDeploymentRolledOut', () => {
  const rolledOut: DeploymentObject = {
    metadata: { namespace: 'one', name: 'one', generation: 2 },
    spec: { replicas: 2, template: { spec: { containers: [{ image: `web:2@${NEW}` }] } } },
    status: { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
  };

  it('follows kubectl rollout status', () => {
    expect(isDeploymentRolledOut(rolledOut, NEW)).toBe(true);
  });

  it.each([
    ['the template is the old one', OLD, {}],
    ['the controller has not seen the template', NEW, { observedGeneration: 1 }],
    ['a new replica is missing', NEW, { updatedReplicas: 1 }],
    ['an old replica is left', NEW, { replicas: 3 }],
    ['a new replica is not available', NEW, { availableReplicas: 1 }],
  ])('is not true while %s', (_, digest, status) => {
    expect(isDeploymentRolledOut({ ...rolledOut, status: { ...rolledOut.status, ...status } }, digest)).toBe(false);
  });
});

describe('isSettled', () => {
  const settled: SettlingApplication = {
    metadata: { name: 'web' },
    status: { sync: { status: 'Synced' }, health: { status: 'Healthy' }, reconciledAt: '2026-01-02T03:04:06Z', operationState: { phase: 'Succeeded', finishedAt: '2026-01-02T03:04:05Z' } },
  };

  it('is true once the comparison after the operation is done', () => {
    expect(isSettled(settled)).toBe(true);
    expect(isSettled({ ...settled, status: { ...settled.status, reconciledAt: '2026-01-02T03:04:04Z' } })).toBe(false);
  });

  it.each([
    ['an operation is requested', { ...settled, operation: {} }],
    ['one runs', { ...settled, status: { ...settled.status, operationState: { phase: 'Running' } } }],
    ['it is OutOfSync', { ...settled, status: { ...settled.status, sync: { status: 'OutOfSync' } } }],
    ['it progresses', { ...settled, status: { ...settled.status, health: { status: 'Progressing' } } }],
    ['it has never been compared', { metadata: { name: 'web' } }],
  ])('is not while %s', (_, application) => {
    expect(isSettled(application)).toBe(false);
  });
});
