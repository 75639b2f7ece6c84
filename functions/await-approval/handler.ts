import * as z from 'zod/mini';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import { createSystemClock } from '../../src/adapters/system/clock.ts';
import { awaitApproval } from '../../src/steps/await-approval.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(awaitApproval, z.object({ TABLE_NAME: z.string() }), (env, invocation) => {
  const { services, targets, approvals } = openStores(env.TABLE_NAME);
  return { services, targets, approvals, executions: createExecutions(), clock: createSystemClock(invocation) };
});
