/** What of a pod tells whether an image is rolled out. */
export type ObservedPod = { readonly namespace: string; readonly image: string; readonly ready: boolean; readonly deleting: boolean };

export type WantedPods = { readonly namespaces: readonly string[]; /** Digest or tag. */ readonly imageEnd: string; /** In each namespace. */ readonly replicas: number };

/**
 * In each namespace as many pods as wanted are Ready on the image, and no pod of another image is left but those that end already: a
 * pod that got its signal may take its grace period, and nobody waits for that.
 */
export function isRolledOut(pods: readonly ObservedPod[], { namespaces, imageEnd, replicas }: WantedPods): boolean {
  const staying = Map.groupBy(pods.filter(({ deleting }) => !deleting), ({ namespace }) => namespace);
  return namespaces.every((namespace) => {
    const here = staying.get(namespace) ?? [];
    return here.every(({ image }) => image.endsWith(imageEnd)) && here.filter(({ ready }) => ready).length >= replicas;
  });
}

/** The members of a pod that count, of the API's object. @throws for an object that is no pod */
export function observedPod(object: unknown): ObservedPod {
  const { metadata, spec, status } = object as PodObject;
  return {
    namespace: metadata.namespace,
    image: spec.containers[0]?.image ?? '',
    ready: status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false,
    deleting: metadata.deletionTimestamp !== undefined,
  };
}

type PodObject = {
  readonly metadata: { readonly namespace: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly containers: readonly { readonly image?: string }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
};
