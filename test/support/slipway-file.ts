import type { Bounds } from '../../src/config/resolve-services.ts';

/** A stack that takes every repository of its account, and secrets under `slipway/`. */
export const BOUNDS: Bounds = { account: '111122223333', region: 'eu-central-1', repositoryPrefix: '', secretPrefix: 'slipway/', codeCommitPrefix: '' };

/** A slipway.yaml as far as the repository of its service, in line 10: the rest of the service follows, indented by four. */
export const HEAD = `owner: team-inference
git:
  config: { host: git, url: https://git.example.com/team/config.git, credentials: slipway/git }
argocd:
  main: { url: https://argocd.example.com, token: slipway/argocd }
clusters:
  eu: { eks: dev-eu, region: eu-central-1 }
services:
  inference-service:
    repository: { name: inference-service }
`;
