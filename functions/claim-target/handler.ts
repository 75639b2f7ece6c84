import * as z from 'zod/mini';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import { createSystemClock } from '../../src/adapters/system/clock.ts';
import { claimTarget } from '../../src/steps/claim-target.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(claimTarget, z.object({ TABLE_NAME: z.string() }), (env, invocation) => {
  const { services, targets } = openStores(env.TABLE_NAME);
  return { services, targets, executions: createExecutions(), clock: createSystemClock(invocation) };
});
