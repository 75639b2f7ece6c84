import { stringify } from 'yaml';
import { chartFiles } from '../../sandbox/argocd/chart-renderer.ts';
import type { Image } from '../../sandbox/scenarios/image.ts';
import { REGISTRY } from '../../sandbox/world.ts';
import { PROJECT } from '../lab/applications.ts';
import { CLUSTER } from '../lab/slipway-stack.ts';

/** One service: its image's repository, and for each contender an Application, with its values on the branch that all share. */
export type UpdatedService = { readonly repository: string; readonly path: string };

export function updatedServices(count: number): readonly UpdatedService[] {
  return Array.from({ length: count }, (_, index) => {
    const repository = `app-${String(index + 1).padStart(2, '0')}`;
    return { repository, path: `apps/${repository}` };
  });
}

export function valuesFile({ path }: UpdatedService): string {
  return `${path}/values.yaml`;
}

/** Every service with a chart of its own, as Image Updater finds its values easiest. */
export function branchFiles(services: readonly UpdatedService[], image: Image): Record<string, string> {
  return Object.fromEntries(
    services.flatMap((service) => [
      ...Object.entries(chartFiles()).map(([file, text]) => [`${service.path}/${file}`, text] as const),
      [valuesFile(service), valuesOf(service, image)] as const,
    ]),
  );
}

/** One pod each. Image Updater writes the tag alone: a digest would name the old image beside the new tag. */
function valuesOf({ repository }: UpdatedService, { tag }: Image): string {
  const values = (chartFiles()['values.yaml'] ?? '').replace('replicaCount: 2', 'replicaCount: 1');
  return values.replace('repository: inference-service', `repository: ${REGISTRY}/${repository}`).replace(/tag: "[^"]*"/, `tag: "${tag}"`);
}

/** All sync by themselves, as Image Updater needs it. */
export function updatedApplications(services: readonly UpdatedService[], names: readonly string[], repositoryUrl: string): string {
  return services
    .map(({ path }, index) =>
      stringify({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name: names[index], namespace: 'argocd' },
        spec: {
          project: PROJECT,
          source: { repoURL: repositoryUrl, targetRevision: 'main', path },
          destination: { server: 'https://kubernetes.default.svc', namespace: names[index] },
          syncPolicy: { automated: { prune: true, selfHeal: true }, retry: { limit: 0 } },
        },
      }),
    )
    .join('---\n');
}

/** What Image Updater's documentation shows: one object for all of them, whose images follow semantic versions and are written to Git. */
export function imageUpdaterManifest(services: readonly UpdatedService[], names: readonly string[]): string {
  return stringify({
    apiVersion: 'argocd-image-updater.argoproj.io/v1alpha1',
    kind: 'ImageUpdater',
    metadata: { name: 'bench', namespace: 'argocd' },
    spec: {
      commonUpdateSettings: { updateStrategy: 'semver' },
      writeBackConfig: { method: 'git:repocreds', gitConfig: { branch: 'main', writeBackTarget: 'helmvalues:values.yaml' } },
      applicationRefs: services.map(({ repository }, index) => ({
        namePattern: names[index],
        images: [{ alias: 'web', imageName: `${REGISTRY}/${repository}:1.x`, manifestTargets: { helm: { name: 'image.repository', tag: 'image.tag' } } }],
      })),
    },
  });
}

export type SlipwayFileOptions = { readonly repositoryUrl: string; readonly environment: string; readonly argocd: { readonly url: string; readonly caPem: string } };

/** The same services in `slipway.yaml`; what is written is the tag, as by Image Updater. */
export function updatedSlipwayFile(services: readonly UpdatedService[], names: readonly string[], { repositoryUrl, environment, argocd }: SlipwayFileOptions): string {
  const target = (index: number) => ({ lab: { argocd: 'main', application: names[index], project: PROJECT, cluster: 'lab' } });
  return stringify({
    owner: 'bench',
    git: { config: { host: 'git', url: repositoryUrl, branch: 'main', credentials: 'slipway/git' } },
    argocd: { main: { url: argocd.url, token: 'slipway/argocd', caBundle: argocd.caPem } },
    clusters: { lab: { eks: CLUSTER, region: 'eu-central-1' } },
    services: Object.fromEntries(
      services.map((service, index) => [
        service.repository,
        { repository: { name: service.repository }, environments: { [environment]: { edit: [{ git: 'config', file: valuesFile(service), path: 'image.tag', value: 'tag' }], targets: target(index) } } },
      ]),
    ),
  });
}
