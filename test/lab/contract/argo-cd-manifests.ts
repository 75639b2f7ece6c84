import { stringify } from 'yaml';
import type { ArgoCdWorldOptions } from '../../contract/argo-cd-world.contract.ts';

/** Besides the contract's: where the Application goes. */
export type RealWorldOptions = ArgoCdWorldOptions & {
  /** Name of a registered cluster; Argo CD's own when not given. */
  readonly cluster?: string;
};

export type CaseNames = {
  /** Of the Application, its AppProject and its namespace. */
  readonly name: string;
  readonly repositoryUrl: string;
};

/** What the chart renders as it is deployed here, and the hook. */
const KINDS = [
  ...['ServiceAccount', 'ConfigMap', 'Service'].map((kind) => ({ group: '', kind })),
  { group: 'apps', kind: 'Deployment' },
  { group: 'batch', kind: 'Job' },
];

/** Namespace, AppProject and Application of one case, as an administrator would apply them. */
export function caseManifests({ name, repositoryUrl }: CaseNames, { autoSync = false, closed, forbids, withoutBranch = false, cluster }: RealWorldOptions): string {
  const destination = { ...(cluster === undefined ? { server: 'https://kubernetes.default.svc' } : { name: cluster }), namespace: name };
  const project = {
    sourceRepos: [repositoryUrl],
    destinations: [destination],
    roles: [role(name, 'slipway', ['get', 'sync']), role(name, 'former', ['get', 'sync']), role(name, 'reader', ['get']), role(name, 'nobody', [])],
    ...(forbids === undefined ? {} : { namespaceResourceWhitelist: KINDS.filter(({ kind }) => kind !== forbids) }),
    ...(closed === undefined ? {} : { syncWindows: [{ kind: 'deny', schedule: '* * * * *', duration: '1h', applications: ['*'], manualSync: closed === 'to auto-sync' }] }),
  };
  const application = {
    project: name,
    source: {
      repoURL: repositoryUrl,
      targetRevision: withoutBranch ? 'nosuch' : 'main',
      path: 'charts/inference-service',
      helm: { valueFiles: ['values.yaml', '../../envs/dev/values.yaml'] },
    },
    destination,
    ...(autoSync ? { syncPolicy: { automated: { prune: true, selfHeal: true }, retry: { limit: 0 } } } : {}),
  };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    { apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name, namespace: 'argocd' }, spec: project },
    { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name, namespace: 'argocd' }, spec: application },
  ]
    .map((object) => stringify(object))
    .join('---\n');
}

function role(project: string, name: string, actions: readonly string[]): object {
  return { name, policies: actions.map((action) => `p, proj:${project}:${name}, applications, ${action}, ${project}/*, allow`) };
}

/** A Job before each sync, whose image nobody can pull: it waits for ever, or fails after a second. */
export function hookTemplate(hook: 'fail' | 'hang'): string {
  return stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'smoke', annotations: { 'argocd.argoproj.io/hook': 'PreSync' } },
    spec: {
      backoffLimit: 0,
      ...(hook === 'fail' ? { activeDeadlineSeconds: 1 } : {}),
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'smoke', image: 'registry.example/bad-pull:1' }] } },
    },
  });
}
