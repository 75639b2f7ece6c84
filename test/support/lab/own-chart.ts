import { stringify } from 'yaml';
import { ANNOTATION_PREFIX } from '../../../lab/kubernetes/kubelet/stage.ts';

/** A workload of a chart. Texts may be Helm templates. */
export type ChartWorkload = {
  readonly kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  /** Comes after the release's name. */
  readonly suffix?: string;
  /** Of its container; the one of the values by default. */
  readonly image?: string;
  readonly initImage?: string;
  /** Members of its spec besides the usual. */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** What the simulated kubelet shall do with its pods, by the annotation's name without its prefix. */
  readonly pods?: Readonly<Record<string, string>>;
};

const NAME = '{{ .Release.Name }}';

/** `repository:tag@digest` of the values; without a digest `repository:tag`. */
export const RELEASE_IMAGE = '{{ .Values.image.repository }}:{{ .Values.image.tag }}{{ with .Values.image.digest }}@{{ . }}{{ end }}';
export const TAG_IMAGE = '{{ .Values.image.repository }}:{{ .Values.image.tag }}';
/** Nothing that Slipway deploys. */
export const OTHER_IMAGE = `registry.example/proxy:1.0@sha256:${'0'.repeat(64)}`;

/** What the simulated kubelet shall do with the pods of one tag alone. */
export function onlyFor(tag: string, fault: string): string {
  return `{{ if eq .Values.image.tag "${tag}" }}${fault}{{ else }}none{{ end }}`;
}

/** Files of a chart with these workloads and nothing else. */
export function chartOf(...workloads: readonly ChartWorkload[]): Readonly<Record<string, string>> {
  return {
    'Chart.yaml': stringify({ apiVersion: 'v2', name: 'own', version: '1.0.0' }),
    'values.yaml': '{}\n',
    'values-dev.yaml': '{}\n',
    'templates/workloads.yaml': workloads.map((workload) => stringify(manifestOf(workload))).join('---\n'),
  };
}

function manifestOf({ kind = 'Deployment', suffix = '', image = RELEASE_IMAGE, initImage, spec = {}, pods = {} }: ChartWorkload): object {
  const name = `${NAME}${suffix}`;
  const annotations = Object.fromEntries(Object.entries(pods).map(([key, value]) => [`${ANNOTATION_PREFIX}/${key}`, value]));
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      ...(kind === 'StatefulSet' && { serviceName: name }),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations },
        spec: { ...(initImage !== undefined && { initContainers: [{ name: 'prepare', image: initImage }] }), containers: [{ name: 'web', image }] },
      },
      ...spec,
    },
  };
}
