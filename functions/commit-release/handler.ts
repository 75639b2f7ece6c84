import * as z from 'zod/mini';
import { createOpenArgoCd } from '../../src/adapters/argocd/argo-cd.ts';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createOpenGitHost } from '../../src/adapters/git-hosts/open-git-host.ts';
import { createOpenPullRequests } from '../../src/adapters/git-hosts/open-pull-requests.ts';
import { createSecrets } from '../../src/adapters/secrets/secrets.ts';
import { createSystemClock } from '../../src/adapters/system/clock.ts';
import { commitRelease } from '../../src/steps/commit-release.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(commitRelease, z.object({ TABLE_NAME: z.string() }), (env, invocation) => {
  const { services, targets } = openStores(env.TABLE_NAME);
  const secrets = createSecrets();
  const pullRequests = createOpenPullRequests({ secrets });
  return { services, targets, git: createOpenGitHost({ secrets }), pullRequests, argocd: createOpenArgoCd({ secrets }), clock: createSystemClock(invocation) };
});
