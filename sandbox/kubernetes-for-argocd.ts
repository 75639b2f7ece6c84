import type { ClusterAccess } from './argocd/cluster-access.ts';
import type { Kubernetes } from './kubernetes/start.ts';

/** The cluster as Argo CD's controller reaches it: with rights of its own, past the API server. */
export function argoCdAccess({ store, apply }: Pick<Kubernetes, 'store' | 'apply'>): ClusterAccess {
  return {
    apply: (object) => apply(object, object.metadata.namespace),
    remove: (kind, namespace, name) => store.delete(kind, namespace, name),
    list: (kind, namespace) => store.list(kind, namespace),
    onChange: (callback) => store.watch(({ object }) => callback(object)),
  };
}
