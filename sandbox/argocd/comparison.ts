import { isDeepStrictEqual } from 'node:util';
import type { Application, ResourceStatus } from './application-store.ts';
import { groupOf, type ClusterAccess, type KubernetesObject, versionOf } from './cluster-access.ts';
import { healthOf } from './health.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const TRACKING_ID = 'argocd.argoproj.io/tracking-id';
/** Kinds that the chart renders, in the order in which Argo CD applies them. */
export const KINDS = ['ServiceAccount', 'ConfigMap', 'Service', 'Deployment'] as const;

/** The object as Argo CD applies it: in the Application's namespace, and marked as its own. */
export function trackedBy({ metadata: { name }, spec: { destination } }: Application, object: KubernetesObject): KubernetesObject {
  const { namespace } = destination;
  const trackingId = `${name}:${groupOf(object)}/${object.kind}:${namespace}/${object.metadata.name}`;
  const tracked = { ...object, metadata: { ...object.metadata, namespace, annotations: { ...object.metadata.annotations, [TRACKING_ID]: trackingId } } };
  return { ...tracked, metadata: { ...tracked.metadata, annotations: { ...tracked.metadata.annotations, [LAST_APPLIED]: JSON.stringify(tracked) } } };
}

/** Live objects that bear the Application's mark. */
export function managedObjects(cluster: ClusterAccess, application: Application): KubernetesObject[] {
  return liveObjects(cluster, application).filter(({ metadata }) => metadata.annotations?.[TRACKING_ID]?.startsWith(`${application.metadata.name}:`));
}

/**
 * Whether a change of the object can change the comparison of an Application: of each one where the object bears no mark, and of none
 * where its kind is not compared.
 */
export function concerns({ kind, metadata }: Parameters<Parameters<ClusterAccess['onChange']>[0]>[0], application: Application): boolean {
  if (!KINDS.some((compared) => compared === kind)) return false;
  const trackingId = metadata.annotations?.[TRACKING_ID];
  return trackingId === undefined || trackingId.startsWith(`${application.metadata.name}:`);
}

function liveObjects(cluster: ClusterAccess, { spec }: Application): KubernetesObject[] {
  return KINDS.flatMap((kind) => cluster.list(kind, spec.destination.namespace));
}

/** Each rendered object against the live one, and live ones that are rendered no more. */
export function compare(cluster: ClusterAccess, application: Application, rendered: readonly KubernetesObject[]): ResourceStatus[] {
  const { namespace } = application.spec.destination;
  const live = liveObjects(cluster, application);
  const wanted = rendered.map((object): ResourceStatus => {
    const found = live.find((each) => isSame(each, object));
    return { ...describe(object, namespace), status: found !== undefined && isApplied(object, found) ? 'Synced' : 'OutOfSync', ...health(found) };
  });
  const extra = managedObjects(cluster, application)
    .filter((found) => !rendered.some((object) => isSame(object, found)))
    .map((found): ResourceStatus => ({ ...describe(found, namespace), status: 'OutOfSync', ...health(found), requiresPruning: true }));
  return [...wanted, ...extra];
}

function isSame(a: KubernetesObject, b: KubernetesObject): boolean {
  return a.kind === b.kind && a.metadata.name === b.metadata.name;
}

export function describe(object: KubernetesObject, namespace: string) {
  const group = groupOf(object);
  return { ...(group === '' ? {} : { group }), version: versionOf(object), kind: object.kind, namespace, name: object.metadata.name };
}

function health(live: KubernetesObject | undefined): Pick<ResourceStatus, 'health'> {
  const health = live === undefined ? { status: 'Missing' as const } : healthOf(live);
  return health === undefined ? {} : { health };
}

/** Nothing was taken from the object since it was applied, and the live one has all of it; what the API server added is no difference. */
function isApplied(wanted: KubernetesObject, live: KubernetesObject): boolean {
  const lastApplied = live.metadata.annotations?.[LAST_APPLIED];
  return lastApplied === wanted.metadata.annotations?.[LAST_APPLIED] && contains(live, wanted);
}

function contains(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return Array.isArray(live) && live.length === wanted.length && wanted.every((member, index) => contains(live[index], member));
  if (typeof wanted !== 'object' || wanted === null) return isDeepStrictEqual(live, wanted);
  if (typeof live !== 'object' || live === null) return false;
  const members = new Map(Object.entries(live));
  return Object.entries(wanted).every(([key, member]) => contains(members.get(key), member));
}
