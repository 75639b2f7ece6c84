import { stringify } from 'yaml';
import { CLUSTER, type World } from '../world.ts';
import { REPOSITORY, VALUES_FILE } from './config-repository.ts';

/** The `slipway.yaml` of the sandbox's team: as any team's, with seconds where a team would say minutes. */
export function slipwayFile({ git, argocd, caPem, aws }: Pick<World, 'git' | 'argocd' | 'caPem' | 'aws'>): string {
  const edit = (path: string, value: string) => ({ git: 'config', file: VALUES_FILE, path, value });
  return stringify({
    owner: 'team-inference',
    git: { config: { host: 'git', url: git.repositoryUrl('config'), branch: 'main', credentials: 'slipway/git' } },
    argocd: { main: { url: argocd.url, token: 'slipway/argocd', caBundle: caPem } },
    clusters: { eu: { eks: CLUSTER, region: aws.account.region } },
    services: {
      'inference-service': {
        repository: { name: REPOSITORY },
        tags: { ignore: ['latest'] },
        environments: {
          dev: {
            edit: [edit('image.tag', 'tag'), edit('image.digest', 'digest')],
            sync: { timeout: '30s' },
            rollout: { timeout: '8s' },
            pull: { grace: '1s' },
            config: { grace: '1s' },
            crash: { restarts: 2 },
            targets: { eu: { argocd: 'main', application: 'inference-dev', project: 'inference', cluster: 'eu' } },
          },
        },
      },
    },
  });
}
