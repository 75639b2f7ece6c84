import type { KubernetesObject } from './cluster-access.ts';

/** Values of helm/inference-service, as its values.schema.json has them. */
export type ChartValues = {
  readonly replicaCount: number;
  readonly image: { readonly repository: string; readonly tag: string; readonly digest: string; readonly pullPolicy: string };
  readonly port: number;
  readonly service: { readonly port: number };
  readonly probes: { readonly readiness?: object; readonly liveness?: object };
  readonly progressDeadlineSeconds: number;
  readonly resources: object;
};

type ChartRelease = { readonly name: string; readonly namespace: string; readonly version: string };

/** The templates of helm/inference-service by hand: what Helm makes of the same values. Like Helm, it leaves the namespace to whoever applies. */
export function inferenceService(values: ChartValues, release: ChartRelease): KubernetesObject[] {
  return [service(values, release), deployment(values, release)];
}

const CHART = 'inference-service';

function selectorLabels({ name }: ChartRelease): Record<string, string> {
  return { 'app.kubernetes.io/name': CHART, 'app.kubernetes.io/instance': name };
}

function metadata(release: ChartRelease) {
  return {
    name: release.name,
    labels: { ...selectorLabels(release), 'app.kubernetes.io/managed-by': 'Helm', 'helm.sh/chart': `${CHART}-${release.version}` },
  };
}

function service(values: ChartValues, release: ChartRelease): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(release),
    spec: { selector: selectorLabels(release), ports: [{ name: 'http', port: values.service.port, targetPort: 'http' }] },
  };
}

function deployment(values: ChartValues, release: ChartRelease): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(release),
    spec: {
      replicas: values.replicaCount,
      progressDeadlineSeconds: values.progressDeadlineSeconds,
      selector: { matchLabels: selectorLabels(release) },
      template: {
        metadata: { labels: selectorLabels(release) },
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [container(values)],
        },
      },
    },
  };
}

function container({ image, port, probes, resources }: ChartValues): object {
  return {
    name: CHART,
    image: `${image.repository}:${image.tag}${image.digest === '' ? '' : `@${image.digest}`}`,
    imagePullPolicy: image.pullPolicy,
    ports: [{ name: 'http', containerPort: port }],
    ...unlessEmpty('readinessProbe', probes.readiness),
    ...unlessEmpty('livenessProbe', probes.liveness),
    ...unlessEmpty('resources', resources),
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  };
}

/** A `with` block of the template: an empty map leaves the member out. */
function unlessEmpty(member: string, value: object | undefined): object {
  return value === undefined || Object.keys(value).length === 0 ? {} : { [member]: value };
}
