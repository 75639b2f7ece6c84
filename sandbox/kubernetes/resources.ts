import type { Kind } from './objects.ts';

/** One resource that the API serves, as discovery describes it. */
export type Resource = {
  readonly group: '' | 'apps';
  readonly kind: Kind;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  /** The server counts changes of `spec` in `metadata.generation`. */
  readonly counted: boolean;
};

export const RESOURCES: readonly Resource[] = [
  { group: '', kind: 'ConfigMap', plural: 'configmaps', singular: 'configmap', shortNames: ['cm'], counted: false },
  { group: '', kind: 'Event', plural: 'events', singular: 'event', shortNames: ['ev'], counted: false },
  { group: '', kind: 'Pod', plural: 'pods', singular: 'pod', shortNames: ['po'], counted: true },
  { group: '', kind: 'Service', plural: 'services', singular: 'service', shortNames: ['svc'], counted: false },
  { group: '', kind: 'ServiceAccount', plural: 'serviceaccounts', singular: 'serviceaccount', shortNames: ['sa'], counted: false },
  { group: 'apps', kind: 'DaemonSet', plural: 'daemonsets', singular: 'daemonset', shortNames: ['ds'], counted: true },
  { group: 'apps', kind: 'Deployment', plural: 'deployments', singular: 'deployment', shortNames: ['deploy'], counted: true },
  { group: 'apps', kind: 'ReplicaSet', plural: 'replicasets', singular: 'replicaset', shortNames: ['rs'], counted: true },
  { group: 'apps', kind: 'StatefulSet', plural: 'statefulsets', singular: 'statefulset', shortNames: ['sts'], counted: true },
];

export function apiVersionOf(group: string): string {
  return group === '' ? 'v1' : `${group}/v1`;
}

export function resourceOf(kind: string, apiVersion: string): Resource | undefined {
  return RESOURCES.find((resource) => resource.kind === kind && apiVersionOf(resource.group) === apiVersion);
}

/** How messages name a resource: `pods`, `deployments.apps`. */
export function qualifiedName(group: string, plural: string): string {
  return group === '' ? plural : `${plural}.${group}`;
}
