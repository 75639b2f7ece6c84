import type { KubernetesObject } from './cluster-access.ts';
import { podTemplate } from './inference-pod.ts';
import { CHART, type ChartRelease, type ChartValues, selectorLabels, serviceAccountName } from './inference-values.ts';

/** The templates of helm/inference-service by hand: what Helm makes of the same values. Like Helm, it leaves the namespace to whoever applies. */
export function inferenceService(values: ChartValues, release: ChartRelease): KubernetesObject[] {
  return [...(values.serviceAccount.create ? [serviceAccount(values, release)] : []), modelConfig(values, release), service(values, release), deployment(values, release)];
}

function metadata(release: ChartRelease, name = release.name) {
  return { name, labels: { ...selectorLabels(release), 'app.kubernetes.io/managed-by': 'Helm', 'helm.sh/chart': `${CHART}-${release.version}` } };
}

function serviceAccount(values: ChartValues, release: ChartRelease): KubernetesObject {
  const { annotations } = values.serviceAccount;
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { ...metadata(release, serviceAccountName(values, release)), ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    automountServiceAccountToken: false,
  };
}

function modelConfig({ model }: ChartValues, release: ChartRelease): KubernetesObject {
  const data = { MODEL_NAME: model.name, MODEL_ALIAS: model.alias, MODEL_SOURCE: model.source };
  const given = Object.entries(data).filter(([, value]) => value !== '');
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(release, `${release.name}-model`), ...(given.length === 0 ? {} : { data: Object.fromEntries(given) }) };
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
      minReadySeconds: values.minReadySeconds,
      progressDeadlineSeconds: values.progressDeadlineSeconds,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: values.maxSurge } },
      selector: { matchLabels: selectorLabels(release) },
      template: podTemplate(values, release),
    },
  };
}
