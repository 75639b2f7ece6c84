import { stringify } from 'yaml';
import { CHART_PATH, VALUES_FILE } from './repository-files.ts';

export const PROJECT = 'bench';
/** Of the project: what Slipway's token may do, and no contender may do more. */
export const ROLE = 'slipway';

/** One place to which a contender deploys: an Application with a namespace of its own, both of the same name, as is its Deployment. */
export function applicationNames(contender: string, targets: number): readonly string[] {
  return Array.from({ length: targets }, (_, index) => `bench-${contender}-${String(index + 1).padStart(2, '0')}`);
}

/** The AppProject of all contenders. */
export function projectManifest(): string {
  return stringify({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: PROJECT, namespace: 'argocd' },
    spec: {
      sourceRepos: ['*'],
      destinations: [{ server: 'https://kubernetes.default.svc', namespace: 'bench-*' }],
      clusterResourceWhitelist: [],
      roles: [
        {
          name: ROLE,
          description: 'Reads and syncs the Applications of this project',
          policies: ['get', 'sync'].map((action) => `p, proj:${PROJECT}:${ROLE}, applications, ${action}, ${PROJECT}/*, allow`),
        },
      ],
    },
  });
}

/** The namespaces of Applications, each with Slipway's rights in it as the documentation gives them. */
export function namespaceManifests(names: readonly string[], slipwayRole: string): string {
  const namespace = (name: string): string => stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return names.flatMap((name) => [namespace(name), slipwayRole.replaceAll('namespace: inference', `namespace: ${name}`)]).join('---\n');
}

export type ApplicationOptions = { readonly repositoryUrl: string; readonly autoSync: boolean };

/** Applications that differ in their name and namespace alone. */
export function applicationManifests(names: readonly string[], { repositoryUrl, autoSync }: ApplicationOptions): string {
  const automated = { automated: { prune: true, selfHeal: true }, retry: { limit: 0 } };
  return names
    .map((name) =>
      stringify({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name, namespace: 'argocd' },
        spec: {
          project: PROJECT,
          source: { repoURL: repositoryUrl, targetRevision: 'main', path: CHART_PATH, helm: { valueFiles: ['values.yaml', `../../${VALUES_FILE}`] } },
          destination: { server: 'https://kubernetes.default.svc', namespace: name },
          ...(autoSync && { syncPolicy: automated }),
        },
      }),
    )
    .join('---\n');
}
