import * as z from 'zod/mini';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createOpenPullRequests } from '../../src/adapters/git-hosts/open-pull-requests.ts';
import { createSecrets } from '../../src/adapters/secrets/secrets.ts';
import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import { createSystemClock } from '../../src/adapters/system/clock.ts';
import { awaitMerge } from '../../src/steps/await-merge.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(awaitMerge, z.object({ TABLE_NAME: z.string() }), (env, invocation) => {
  const { services, targets, merges } = openStores(env.TABLE_NAME);
  const pullRequests = createOpenPullRequests({ secrets: createSecrets() });
  return { services, targets, merges, pullRequests, executions: createExecutions(), clock: createSystemClock(invocation) };
});
