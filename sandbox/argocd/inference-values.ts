/** Values of helm/inference-service, as its values.schema.json has them, as far as they are rendered here. */
export type ChartValues = {
  readonly replicaCount: number;
  readonly workload: 'Deployment' | 'Rollout';
  readonly image: { readonly repository: string; readonly tag: string; readonly digest: string; readonly pullPolicy: string };
  readonly model: { readonly name: string; readonly alias: string; readonly source: string };
  readonly env: Texts;
  readonly envSecrets: readonly string[];
  readonly port: number;
  readonly service: { readonly port: number };
  readonly serviceAccount: { readonly create: boolean; readonly name: string; readonly annotations: Texts };
  readonly probes: { readonly startup?: object; readonly readiness?: object; readonly liveness?: object };
  readonly maxSurge: number | string;
  readonly minReadySeconds: number;
  readonly progressDeadlineSeconds: number;
  readonly shutdown: { readonly preStopSeconds: number; readonly terminationGracePeriodSeconds: number };
  readonly resources: object;
  readonly tmpSizeLimit: number | string;
  readonly topologySpread: { readonly zones: string; readonly nodes: string };
  readonly nodeSelector: Texts;
  readonly tolerations: readonly object[];
  readonly podAnnotations: Texts;
  readonly autoscaling: Optional;
  readonly podDisruptionBudget: Optional;
  readonly ingress: Optional;
  readonly networkPolicy: Optional;
  readonly serviceMonitor: Optional;
};

type Optional = { readonly enabled: boolean };
type Texts = Readonly<Record<string, string>>;

export type ChartRelease = { readonly name: string; readonly namespace: string; readonly version: string };

export const CHART = 'inference-service';

/** The value that asks for what is not rendered here; none where all is. */
export function valueNotRendered(values: ChartValues): string | undefined {
  if (values.workload !== 'Deployment') return `workload: ${values.workload}`;
  const optional = ['autoscaling', 'podDisruptionBudget', 'ingress', 'networkPolicy', 'serviceMonitor'] as const;
  const enabled = optional.find((name) => values[name].enabled);
  return enabled === undefined ? undefined : `${enabled}.enabled: true`;
}

export function selectorLabels({ name }: ChartRelease): Record<string, string> {
  return { 'app.kubernetes.io/name': CHART, 'app.kubernetes.io/instance': name };
}

/** Of the ServiceAccount that the chart makes, or that pods run as without one. @throws in the template's words when none is named */
export function serviceAccountName({ serviceAccount: { create, name } }: ChartValues, release: ChartRelease): string {
  if (name !== '') return name;
  if (create) return release.name;
  throw new Error('serviceAccount.name is empty: name the ServiceAccount that pods run as, or let serviceAccount.create be true');
}
