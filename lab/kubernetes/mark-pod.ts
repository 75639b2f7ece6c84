import type { V1Container, V1Pod } from '@kubernetes/client-node';
import type { DigestWebhookOptions } from './digest-webhook.ts';
import { ANNOTATION_PREFIX } from './kubelet/stage.ts';

const FAULT = `${ANNOTATION_PREFIX}/pod`;

/** More than a simulated node has. */
const NO_ROOM = { requests: { cpu: '1000' } };

/**
 * JSON patches that tell the simulated kubelet what the images of a new pod are and what goes wrong with it. What the pod's own
 * annotations say stays; a pod of which an image is missing can't be pulled.
 */
export async function markPod(pod: V1Pod, { digestOf, faultOf = () => undefined }: Pick<DigestWebhookOptions, 'digestOf' | 'faultOf'>): Promise<readonly object[]> {
  const containers: readonly V1Container[] = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const digests = await Promise.all(containers.map(async ({ name, image = '' }) => [`${ANNOTATION_PREFIX}/digest.${name}`, await digestOf(image)] as const));
  const fault = faultOf(pod);
  const resolved = Object.fromEntries(digests.filter(([, digest]) => digest !== null));
  const missing = digests.some(([, digest]) => digest === null) ? { [FAULT]: 'bad-pull' } : {};
  const told = fault === undefined || fault === 'unschedulable' ? {} : { [FAULT]: fault };
  const annotations = { ...resolved, ...missing, ...told, ...pod.metadata?.annotations };
  const marks = [{ op: 'add', path: '/metadata/annotations', value: annotations }];
  return fault === 'unschedulable' ? [...marks, { op: 'add', path: '/spec/containers/0/resources', value: NO_ROOM }] : marks;
}
