import { z } from 'zod';
import type { Application } from './application-store.ts';
import { type ClusterAccess, groupOf, type KubernetesObject, versionOf } from './cluster-access.ts';
import { managedObjects } from './comparison.ts';
import { healthOf } from './health.ts';

const image = z.object({ image: z.string() });
const podSpec = z.object({ spec: z.object({ containers: z.array(image) }) });

/** The Application's own objects and, below them, what their controllers made. */
export function objectsInTree(cluster: ClusterAccess, application: Application): KubernetesObject[] {
  const { namespace } = application.spec.destination;
  const managed = managedObjects(cluster, application);
  const replicaSets = ownedBy(managed, cluster.list('ReplicaSet', namespace));
  return [...managed, ...replicaSets, ...ownedBy(replicaSets, cluster.list('Pod', namespace))];
}

function ownedBy(owners: readonly KubernetesObject[], objects: readonly KubernetesObject[]): KubernetesObject[] {
  const uids = new Set(owners.map(({ metadata }) => metadata.uid));
  return objects.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uids.has(uid)));
}

export function treeNode(object: KubernetesObject): object {
  const { name, namespace, uid, resourceVersion, creationTimestamp, ownerReferences = [] } = object.metadata;
  const health = healthOf(object);
  const parents = ownerReferences.map((owner) => ({ ...groupVersion(owner), kind: owner.kind, namespace, name: owner.name, uid: owner.uid }));
  const pod = object.kind === 'Pod' ? podSpec.safeParse(object).data : undefined;
  const images = pod?.spec.containers.map((container) => container.image);
  return {
    ...groupVersion(object),
    kind: object.kind,
    namespace,
    name,
    uid,
    ...(parents.length === 0 ? {} : { parentRefs: parents }),
    resourceVersion,
    ...(images === undefined ? {} : { images }),
    ...(health === undefined ? {} : { health }),
    createdAt: creationTimestamp,
  };
}

/** The core group is left out, as in the real one's answers. */
function groupVersion(object: { readonly apiVersion: string }): object {
  const group = groupOf(object);
  return { ...(group === '' ? {} : { group }), version: versionOf(object) };
}
