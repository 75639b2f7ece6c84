import { DEFAULT_ORDER, DEFAULT_POLICY, DEFAULT_ROLLBACK, type Edit, type Environment, type Service, type Target } from '../../src/domain/service.ts';

export function aTarget(overrides: Partial<Target> = {}): Target {
  return {
    argocd: { url: 'https://argocd.example.com', token: 'slipway/argocd' },
    application: { name: 'inference-dev', project: 'inference' },
    cluster: { name: 'dev-eu', region: 'eu-central-1' },
    ...overrides,
  };
}

export function anEdit(overrides: Partial<Edit> = {}): Edit {
  return {
    git: { host: 'git', url: 'https://git.example.com/team/config.git', branch: 'main', credentials: 'slipway/git', aliases: [] },
    file: 'envs/dev/values.yaml',
    path: 'image.tag',
    value: 'tag',
    ...overrides,
  };
}

export function anEnvironment(overrides: Partial<Environment> = {}): Environment {
  return {
    rollback: DEFAULT_ROLLBACK,
    order: DEFAULT_ORDER,
    edits: [anEdit()],
    policy: DEFAULT_POLICY,
    targets: { eu: aTarget() },
    ...overrides,
  };
}

export function aService(overrides: Partial<Service> = {}): Service {
  return {
    name: 'inference-service',
    owner: 'team-inference',
    repository: { registry: '111122223333.dkr.ecr.eu-central-1.amazonaws.com', name: 'inference-service' },
    ignoredTags: ['latest'],
    environments: { dev: anEnvironment() },
    ...overrides,
  };
}
