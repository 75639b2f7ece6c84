import { stringify } from 'yaml';
import { CLUSTER } from '../world.ts';
import { INFERENCE, type SampleService } from './sample-services.ts';
import type { ScenarioWorld } from './scenario-world.ts';
import type { Scenario } from './scenarios.ts';

/** The `slipway.yaml` of the sandbox's team: as any team's, with seconds where a team would say minutes. */
export function slipwayFile({ git, argocd, caPem, aws, serviceUrl }: Pick<ScenarioWorld, 'git' | 'argocd' | 'caPem' | 'aws' | 'serviceUrl'>, { services = [INFERENCE], policy }: Pick<Scenario, 'services' | 'policy'> = {}): string {
  return stringify({
    owner: 'team-inference',
    git: { config: { ...git.config, branch: 'main', ...(git.config.host === 'git' && { credentials: 'slipway/git' }) } },
    argocd: { main: { url: argocd.url, token: 'slipway/argocd', caBundle: caPem } },
    clusters: { eu: { eks: CLUSTER, region: aws.account.region } },
    services: Object.fromEntries(services.map((service) => [service.name, serviceEntry(service, policy, serviceUrl)])),
  });
}

function serviceEntry({ repository, application, valuesFile }: SampleService, policy: Scenario['policy'], serviceUrl?: string): object {
  const edit = (path: string, value: string) => ({ git: 'config', file: valuesFile, path, value });
  return {
    repository: { name: repository },
    tags: { ignore: ['latest'] },
    environments: {
      dev: {
        edit: [edit('image.tag', 'tag'), edit('image.digest', 'digest')],
        sync: { timeout: '30s' },
        rollout: { timeout: '8s' },
        pull: { grace: '1s' },
        config: { grace: '1s' },
        crash: { restarts: 2 },
        ...policy,
        targets: { eu: { argocd: 'main', application, project: 'inference', cluster: 'eu', ...(serviceUrl && { smoke: { url: `${serviceUrl}/ready` } }) } },
      },
    },
  };
}
