import { stringify } from 'yaml';
import { PROJECT } from './applications.ts';
import { VALUES_FILE } from './repository-files.ts';
import { CLUSTER } from './slipway-stack.ts';

/** The service, and its repository in ECR. */
export const REPOSITORY = 'inference-service';

export type SlipwayFileOptions = {
  readonly environment: string;
  readonly repositoryUrl: string;
  readonly argocd: { readonly url: string; readonly caPem: string };
  /** One target each. */
  readonly applications: readonly string[];
};

/** `slipway.yaml` of the benchmark: one service in one environment, whose targets share its edits; all limits are the defaults. */
export function slipwayFile({ environment, repositoryUrl, argocd, applications }: SlipwayFileOptions): string {
  const edit = (path: string, value: string) => ({ git: 'config', file: VALUES_FILE, path, value });
  return stringify({
    owner: 'bench',
    git: { config: { host: 'git', url: repositoryUrl, branch: 'main', credentials: 'slipway/git' } },
    argocd: { main: { url: argocd.url, token: 'slipway/argocd', caBundle: argocd.caPem } },
    clusters: { lab: { eks: CLUSTER, region: 'eu-central-1' } },
    services: {
      [REPOSITORY]: {
        repository: { name: REPOSITORY },
        environments: {
          [environment]: {
            edit: [edit('image.tag', 'tag'), edit('image.digest', 'digest')],
            targets: Object.fromEntries(applications.map((application) => [application, { argocd: 'main', application, project: PROJECT, cluster: 'lab' }])),
          },
        },
      },
    },
  });
}
