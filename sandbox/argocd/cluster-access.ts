/** Kinds that the chart renders, and those that come of them. */
export type ClusterKind = 'ServiceAccount' | 'ConfigMap' | 'Service' | 'Deployment' | 'ReplicaSet' | 'Pod';

/** What the Argo CD stand-in needs of a cluster. The Kubernetes stand-in, or a record in a test, is adapted to it. */
export type ClusterAccess = {
  /** Creates or updates the object, as a server-side apply. Throws with the API server's words when it refuses. */
  apply(object: KubernetesObject): unknown;
  remove(kind: ClusterKind, namespace: string, name: string): unknown;
  list(kind: ClusterKind, namespace: string): readonly KubernetesObject[];
  /** Calls back after every change of an object; the result ends it. */
  onChange(callback: (object: { readonly kind: string; readonly metadata: { readonly namespace?: string; readonly annotations?: Readonly<Record<string, string>> } }) => void): () => void;
};

export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly uid: string }[];
  };
  readonly [member: string]: unknown;
};

/** API group of an object; empty for the core group. */
export function groupOf(object: { readonly apiVersion: string }): string {
  return object.apiVersion.includes('/') ? object.apiVersion.slice(0, object.apiVersion.indexOf('/')) : '';
}

export function versionOf(object: { readonly apiVersion: string }): string {
  return object.apiVersion.slice(object.apiVersion.indexOf('/') + 1);
}
