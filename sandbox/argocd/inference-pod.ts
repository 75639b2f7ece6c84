import { createHash } from 'node:crypto';
import { CHART, type ChartRelease, type ChartValues, selectorLabels, serviceAccountName } from './inference-values.ts';

/** Pods of the chart's Deployment. */
export function podTemplate(values: ChartValues, release: ChartRelease): object {
  const { shutdown, topologySpread } = values;
  const spread = [
    ['kubernetes.io/hostname', topologySpread.nodes],
    ['topology.kubernetes.io/zone', topologySpread.zones],
  ].filter(([, wish]) => wish !== '');
  return {
    metadata: { labels: selectorLabels(release), annotations: { ...values.podAnnotations, 'checksum/model': checksum(values.model) } },
    spec: {
      serviceAccountName: serviceAccountName(values, release),
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: shutdown.terminationGracePeriodSeconds,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      ...unlessEmpty('nodeSelector', values.nodeSelector),
      ...unlessEmpty('tolerations', values.tolerations),
      ...unlessEmpty('topologySpreadConstraints', spread.map(([topologyKey, whenUnsatisfiable]) => ({
        topologyKey,
        maxSkew: 1,
        whenUnsatisfiable,
        labelSelector: { matchLabels: selectorLabels(release) },
        matchLabelKeys: ['pod-template-hash'],
      }))),
      containers: [container(values, release)],
      volumes: [{ name: 'tmp', emptyDir: { sizeLimit: values.tmpSizeLimit } }],
    },
  };
}

function container(values: ChartValues, release: ChartRelease): object {
  const { image, port, probes, shutdown } = values;
  const variables = Object.entries({ ...values.env, IMAGE_TAG: image.tag, PORT: String(port) }).sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    name: CHART,
    image: `${image.repository}:${image.tag}${image.digest === '' ? '' : `@${image.digest}`}`,
    imagePullPolicy: image.pullPolicy,
    envFrom: [{ configMapRef: { name: `${release.name}-model` } }, ...values.envSecrets.map((name) => ({ secretRef: { name } }))],
    env: variables.map(([name, value]) => ({ name, value })),
    ports: [{ name: 'http', containerPort: port }],
    ...unlessEmpty('startupProbe', probes.startup),
    ...unlessEmpty('readinessProbe', probes.readiness),
    ...unlessEmpty('livenessProbe', probes.liveness),
    ...(shutdown.preStopSeconds === 0 ? {} : { lifecycle: { preStop: { sleep: { seconds: shutdown.preStopSeconds } } } }),
    ...unlessEmpty('resources', values.resources),
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
}

/** As `toJson … | sha256sum` has it: Go sorts keys, and escapes what HTML would read. */
function checksum(model: ChartValues['model']): string {
  const sorted = Object.fromEntries(Object.entries(model).sort(([one], [other]) => (one < other ? -1 : 1)));
  const json = JSON.stringify(sorted).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return createHash('sha256').update(json).digest('hex');
}

/** A `with` block of the template: an empty map or list leaves the member out. */
function unlessEmpty(member: string, value: object | undefined): object {
  return value === undefined || Object.keys(value).length === 0 ? {} : { [member]: value };
}
