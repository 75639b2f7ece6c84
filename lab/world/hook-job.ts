import { stringify } from 'yaml';
import type { SyncHook } from '../../sandbox/argocd/world.ts';
import { ANNOTATION_PREFIX } from '../kubernetes/kubelet/stage.ts';

/** By its digest, so that no registry is asked. */
const IMAGE = `busybox@sha256:${'0'.repeat(64)}`;

/** The Job of a sync as a chart has it; the simulated kubelet ends its pod as the hook says. */
export function hookJob({ name, phase, outcome, takes = 0 }: SyncHook): string {
  const fault = { succeed: {}, fail: { [`${ANNOTATION_PREFIX}/pod`]: 'bad-crash' }, hang: { [`${ANNOTATION_PREFIX}/pod`]: 'never-ready' } }[outcome];
  const length = `${takes}ms`;
  return stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, annotations: { 'argocd.argoproj.io/hook': phase, 'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation' } },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { annotations: { ...fault, [`${ANNOTATION_PREFIX}/ready-after`]: length, [`${ANNOTATION_PREFIX}/crash-after`]: length } },
        spec: { restartPolicy: 'Never', containers: [{ name, image: IMAGE }] },
      },
    },
  });
}
