import * as z from 'zod/mini';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createOpenPullRequests } from '../../src/adapters/git-hosts/open-pull-requests.ts';
import { createSecrets } from '../../src/adapters/secrets/secrets.ts';
import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import { createSystemClock } from '../../src/adapters/system/clock.ts';
import { createWebhooks } from '../../src/adapters/webhooks/webhooks.ts';
import { resumePullRequests } from '../../src/steps/resume-pull-requests.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(resumePullRequests, z.object({ TABLE_NAME: z.string(), WEBHOOK_SECRET: z.string() }), (env, invocation) => {
  const secrets = createSecrets();
  const { services, targets, merges } = openStores(env.TABLE_NAME);
  const world = { executions: createExecutions(), clock: createSystemClock(invocation) };
  return { services, targets, merges, ...world, pullRequests: createOpenPullRequests({ secrets }), webhooks: createWebhooks(secrets, env.WEBHOOK_SECRET) };
});
