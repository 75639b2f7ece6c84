import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { markPod } from '../../../../lab/kubernetes/mark-pod.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const digestOf = async (image: string) => (image.includes('gone') ? null : DIGEST);

function aPod(overrides: { readonly image?: string; readonly annotations?: Record<string, string>; readonly init?: string } = {}): V1Pod {
  const { image = 'registry.example/web:1', annotations, init } = overrides;
  return {
    metadata: { generateName: 'web-', ...(annotations && { annotations }) },
    spec: { containers: [{ name: 'web', image }], ...(init !== undefined && { initContainers: [{ name: 'init', image: init }] }) },
  };
}

/** The annotations that the pod gets. */
async function marks(pod: V1Pod, fault?: 'bad-oom' | 'unschedulable'): Promise<unknown> {
  const [first] = await markPod(pod, { digestOf, faultOf: () => fault });
  return first;
}

const annotated = (value: Record<string, string>) => ({ op: 'add', path: '/metadata/annotations', value });

describe('markPod', () => {
  it('says what the image of each container and init container is', async () => {
    expect(await marks(aPod({ init: 'registry.example/init:1' }))).toEqual(annotated({ 'lab.slipway.dev/digest.init': DIGEST, 'lab.slipway.dev/digest.web': DIGEST }));
  });

  it('makes a pod fail to pull when an image is missing', async () => {
    expect(await marks(aPod({ image: 'registry.example/gone:1' }))).toEqual(annotated({ 'lab.slipway.dev/pod': 'bad-pull' }));
  });

  it('tells the kubelet the fault', async () => {
    expect(await marks(aPod(), 'bad-oom')).toEqual(annotated({ 'lab.slipway.dev/digest.web': DIGEST, 'lab.slipway.dev/pod': 'bad-oom' }));
  });

  it('keeps what the pod says itself', async () => {
    const annotations = { team: 'vision', 'lab.slipway.dev/pod': 'never-ready' };
    expect(await marks(aPod({ annotations }), 'bad-oom')).toEqual(annotated({ 'lab.slipway.dev/digest.web': DIGEST, ...annotations }));
  });

  it('asks for more than a node has where there shall be no room', async () => {
    expect(await markPod(aPod(), { digestOf, faultOf: () => 'unschedulable' })).toContainEqual({ op: 'add', path: '/spec/containers/0/resources', value: { requests: { cpu: '1000' } } });
  });
});
