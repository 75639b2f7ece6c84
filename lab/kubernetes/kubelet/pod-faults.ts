import { ANNOTATION_PREFIX, missing, noneOf, oneOf, type Requirement } from './stage.ts';

/**
 * What the simulated kubelet can be told to do with a pod, by its annotation `lab.slipway.dev/pod` or by a part of an image's name;
 * else the pod becomes Ready, and that of a Job completes.
 *
 * - `bad-pull`: ErrImagePull, then ImagePullBackOff
 * - `bad-config`: CreateContainerConfigError
 * - `bad-crash`, `bad-oom`: CrashLoopBackOff with exit code 1, or OOMKilled with 137; the pod of a Job fails
 * - `never-ready`: runs, and its readiness probe fails; the pod of a Job never ends
 * - `bad-late`: becomes Ready, and crashes after that
 * - `bad-init`: its init containers crash with exit code 1, again and again
 *
 * Further annotations are delays as `2s`: `start-after`, `ready-after`, `crash-after`; and `digest.<container>`, what its tag means.
 */
export const POD_FAULTS = ['bad-pull', 'bad-config', 'bad-crash', 'bad-oom', 'never-ready', 'bad-late', 'bad-init'] as const;
export type PodFault = (typeof POD_FAULTS)[number];

/** jq: what a pod is told. */
const FAULT = `(.metadata.annotations["${ANNOTATION_PREFIX}/pod"]) // (first(.spec.containers[].image | scan("${POD_FAULTS.join('|')}")) // "none")`;
export const LIVES = missing('.metadata.deletionTimestamp');

export function fault(...faults: readonly PodFault[]): Requirement {
  return oneOf(FAULT, ...faults);
}

export function noFault(...faults: readonly PodFault[]): Requirement {
  return noneOf(FAULT, ...faults);
}
