import { z } from 'zod';
import type { KubernetesObject } from './cluster-access.ts';

export type Health = { readonly status: 'Healthy' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown'; readonly message?: string };

/** Best to worst. */
const ORDER = ['Healthy', 'Progressing', 'Missing', 'Degraded', 'Unknown'] as const;

const deployment = z.object({
  metadata: z.object({ name: z.string(), generation: z.number().default(0) }),
  spec: z.object({ replicas: z.number().default(1) }),
  status: z
    .object({
      observedGeneration: z.number().default(0),
      replicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
      availableReplicas: z.number().default(0),
      conditions: z.array(z.object({ type: z.string(), reason: z.optional(z.string()) })).default([]),
    })
    .prefault({}),
});

const pod = z.object({
  status: z
    .object({
      phase: z.string().default('Pending'),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
      containerStatuses: z.array(z.object({ state: z.optional(z.object({ waiting: z.optional(z.object({ reason: z.string().default(''), message: z.optional(z.string()) })) })) })).default([]),
    })
    .prefault({}),
});

/** Health of one object, by the rules of gitops-engine; none for kinds that have no health, as a ConfigMap. */
export function healthOf(object: KubernetesObject): Health | undefined {
  if (object.kind === 'Deployment') return deploymentHealth(object);
  if (object.kind === 'Pod') return podHealth(object);
  return object.kind === 'Service' ? { status: 'Healthy' } : undefined;
}

/** gitops-engine pkg/health/health_deployment.go */
function deploymentHealth(object: KubernetesObject): Health {
  const { metadata, spec, status } = deployment.parse(object);
  const waiting = (message: string): Health => ({ status: 'Progressing', message: `Waiting for rollout to finish: ${message}` });
  if (metadata.generation > status.observedGeneration) return waiting('observed deployment generation less than desired generation');
  if (status.conditions.some(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded')) {
    return { status: 'Degraded', message: `Deployment "${metadata.name}" exceeded its progress deadline` };
  }
  if (status.updatedReplicas < spec.replicas) return waiting(`${status.updatedReplicas} out of ${spec.replicas} new replicas have been updated...`);
  if (status.replicas > status.updatedReplicas) return waiting(`${status.replicas - status.updatedReplicas} old replicas are pending termination...`);
  if (status.availableReplicas < status.updatedReplicas) return waiting(`${status.availableReplicas} of ${status.updatedReplicas} updated replicas are available...`);
  return { status: 'Healthy' };
}

/** gitops-engine pkg/health/health_pod.go, for pods that restart */
function podHealth(object: KubernetesObject): Health {
  const { status } = pod.parse(object);
  const bad = status.containerStatuses.map(({ state }) => state?.waiting).find((waiting) => /^Err|Error$|BackOff$/.test(waiting?.reason ?? ''));
  if (bad !== undefined) return { status: 'Degraded', message: bad.message ?? bad.reason };
  const ready = status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  if (status.phase === 'Running') return { status: ready ? 'Healthy' : 'Progressing' };
  return { status: status.phase === 'Succeeded' ? 'Healthy' : status.phase === 'Failed' ? 'Degraded' : 'Progressing' };
}

/** The worst of the objects. One that is missing counts only when all are (controller/health.go, since 3.5). */
export function worstHealth(objects: readonly (Health | undefined)[]): Health {
  const present = objects.flatMap((health) => (health === undefined || health.status === 'Missing' ? [] : [health.status]));
  if (present.length === 0 && objects.length > 0) return { status: 'Missing' };
  return { status: ORDER[Math.max(0, ...present.map((status) => ORDER.indexOf(status)))] ?? 'Unknown' };
}
