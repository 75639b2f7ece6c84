export const FIRST_IMAGE = `registry.example/web:1@sha256:${'1'.repeat(64)}`;
export const SECOND_IMAGE = `registry.example/web:2@sha256:${'2'.repeat(64)}`;

export type Manifest = { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string; readonly namespace: string } };

export type DeploymentOptions = {
  /** What the simulated kubelet does with its pods, or that no node has room for them. */
  readonly fault?: string;
  /** Image of an init container, called `prepare`. */
  readonly initImage?: string;
  readonly replicas?: number;
  readonly progressDeadlineSeconds?: number;
};

export function deploymentManifest(namespace: string, name: string, image: string, { fault, initImage, replicas = 2, progressDeadlineSeconds }: DeploymentOptions = {}): Manifest & { readonly spec: object } {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { replicas, ...(progressDeadlineSeconds !== undefined && { progressDeadlineSeconds }), selector: { matchLabels: { app: name } }, template: podTemplate(name, image, { fault, initImage }) },
  };
}

/** One replica of a StatefulSet; a DaemonSet has one per node. */
export function workloadManifest(kind: 'StatefulSet' | 'DaemonSet', namespace: string, name: string, image: string): Manifest & { readonly spec: object } {
  const own = kind === 'StatefulSet' ? { replicas: 2, serviceName: name } : {};
  return { apiVersion: 'apps/v1', kind, metadata: { name, namespace }, spec: { ...own, selector: { matchLabels: { app: name } }, template: podTemplate(name, image) } };
}

function podTemplate(name: string, image: string, { fault, initImage }: { readonly fault?: string | undefined; readonly initImage?: string | undefined } = {}): object {
  const resources = fault === 'unschedulable' ? { resources: { requests: { cpu: '1000' } } } : {};
  return {
    metadata: { labels: { app: name }, ...(fault !== undefined && { annotations: { 'lab.slipway.dev/pod': fault } }) },
    spec: { terminationGracePeriodSeconds: 1, ...(initImage !== undefined && { initContainers: [{ name: 'prepare', image: initImage }] }), containers: [{ name: 'web', image, ...resources, readinessProbe: { httpGet: { path: '/ready', port: 8080 } } }] },
  };
}

/** Image of the first container of a manifest that was made here. */
export function imageOf(manifest: object): string {
  const [, image = ''] = /"image":"([^"]+)"/.exec(JSON.stringify(manifest)) ?? [];
  return image;
}
