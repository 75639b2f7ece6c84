import { isDeepStrictEqual } from 'node:util';
import { templateHash } from '../names.ts';
import { type Deployment, type Draft, ownedBy, type PodTemplate, type ReplicaSet } from '../objects.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
/** Size of the Deployment when the controller last sized the set: how it notices that someone scaled. */
export const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const HASH = 'pod-template-hash';

export function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.[REVISION] ?? 0);
}

/** The ReplicaSet of the Deployment's template, whatever its age: an old template brings its old set back. */
export function findSet({ spec }: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | null {
  return sets.find((set) => isDeepStrictEqual(withoutHash(set.spec.template), spec.template)) ?? null;
}

function withoutHash({ metadata, spec, ...rest }: PodTemplate): PodTemplate {
  const { [HASH]: _hash, ...labels } = metadata.labels;
  return { ...rest, metadata: { ...metadata, labels }, spec };
}

export function newSet(deployment: Deployment, replicas: number): Draft<'ReplicaSet'> {
  const { metadata, spec } = deployment;
  const hash = templateHash(spec.template);
  const labels = { ...spec.template.metadata.labels, [HASH]: hash };
  return {
    metadata: { name: `${metadata.name}-${hash}`, namespace: metadata.namespace, labels, ownerReferences: [ownedBy(deployment)] },
    spec: {
      replicas,
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [HASH]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
    status: {},
  };
}

export function annotated<T extends Deployment | ReplicaSet>(object: T, annotations: Readonly<Record<string, string>>): T {
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } } };
}
