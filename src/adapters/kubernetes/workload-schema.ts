import * as z from 'zod/mini';
import type { Condition, ObservedReplicaSet, ObservedWorkload, WorkloadKind } from '../../domain/cluster.ts';
import { conditions, count, flag, metadata, ownerUid, parseObject, text } from './object-schema.ts';

const container = z.object({ image: text });
const template = z.object({ spec: z.object({ containers: z.array(container), initContainers: z._default(z.array(container), []) }) });

const WorkloadSchema = z.object({
  metadata,
  spec: z.object({
    template,
    replicas: z._default(z.number(), 1),
    paused: flag,
    progressDeadlineSeconds: z.optional(z.number()),
    strategy: z.optional(z.object({ type: text })),
    updateStrategy: z.optional(z.object({ type: text, rollingUpdate: z.optional(z.object({ partition: z.optional(z.number()) })) })),
  }),
  status: z._default(
    z.object({
      observedGeneration: count,
      replicas: count,
      updatedReplicas: count,
      readyReplicas: count,
      availableReplicas: count,
      currentRevision: text,
      updateRevision: text,
      desiredNumberScheduled: count,
      currentNumberScheduled: count,
      updatedNumberScheduled: count,
      numberReady: count,
      numberAvailable: count,
      conditions,
    }),
    // zod/mini gives a default as it is, without the defaults inside it.
    () => NO_STATUS,
  ),
});

type Workload = z.infer<typeof WorkloadSchema>;

const NO_STATUS = {
  observedGeneration: 0,
  replicas: 0,
  updatedReplicas: 0,
  readyReplicas: 0,
  availableReplicas: 0,
  currentRevision: '',
  updateRevision: '',
  desiredNumberScheduled: 0,
  currentNumberScheduled: 0,
  updatedNumberScheduled: 0,
  numberReady: 0,
  numberAvailable: 0,
  conditions: [],
};

/** deploymentutil.HasProgressDeadline: the largest int32 means none. */
const NO_DEADLINE = 2_147_483_647;

const REVISION = 'deployment.kubernetes.io/revision';
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

export function parseWorkload(kind: WorkloadKind, object: unknown): ObservedWorkload {
  const { metadata: meta, spec, status } = parseObject(WorkloadSchema, kind, object);
  const seconds = spec.progressDeadlineSeconds ?? NO_DEADLINE;
  return {
    kind,
    namespace: meta.namespace,
    name: meta.name,
    uid: meta.uid,
    generation: meta.generation,
    observedGeneration: status.observedGeneration,
    images: [...spec.template.spec.containers, ...spec.template.spec.initContainers].map(({ image }) => image),
    replicas: kind === 'DaemonSet' ? status.desiredNumberScheduled : spec.replicas,
    revision: revisionOf(kind, meta.annotations, status.updateRevision),
    paused: spec.paused,
    strategy: spec.strategy?.type ?? spec.updateStrategy?.type ?? '',
    partition: spec.updateStrategy?.rollingUpdate?.partition ?? null,
    progressDeadline: kind === 'Deployment' && seconds < NO_DEADLINE ? seconds * 1000 : null,
    status: statusOf(kind, status),
    conditions: toConditions(status.conditions),
  };
}

function revisionOf(kind: WorkloadKind, annotations: Workload['metadata']['annotations'], updateRevision: string): string {
  switch (kind) {
    case 'Deployment':
      return annotations[REVISION] ?? '';
    case 'StatefulSet':
      return updateRevision;
    case 'DaemonSet':
      return annotations[TEMPLATE_GENERATION] ?? '';
  }
}

function statusOf(kind: WorkloadKind, status: Workload['status']): ObservedWorkload['status'] {
  const { currentRevision } = status;
  if (kind !== 'DaemonSet') {
    const { replicas, updatedReplicas, readyReplicas, availableReplicas } = status;
    return { replicas, updatedReplicas, readyReplicas, availableReplicas, currentRevision };
  }
  return {
    replicas: status.currentNumberScheduled,
    updatedReplicas: status.updatedNumberScheduled,
    readyReplicas: status.numberReady,
    availableReplicas: status.numberAvailable,
    currentRevision,
  };
}

const ReplicaSetSchema = z.object({ metadata, status: z.optional(z.object({ conditions })) });

export function parseReplicaSet(object: unknown): ObservedReplicaSet {
  const { metadata: meta, status } = parseObject(ReplicaSetSchema, 'ReplicaSet', object);
  return {
    name: meta.name,
    namespace: meta.namespace,
    uid: meta.uid,
    ownerUid: ownerUid(meta.ownerReferences),
    revision: meta.annotations[REVISION] ?? '',
    podTemplateHash: meta.labels['pod-template-hash'] ?? '',
    conditions: toConditions(status?.conditions ?? []),
  };
}

function toConditions(list: z.infer<typeof conditions>): readonly Condition[] {
  return list.map(({ type, status, reason, message, lastTransitionTime }) => ({ type, status, reason, message, since: lastTransitionTime }));
}
