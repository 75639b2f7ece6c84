import * as z from 'zod/mini';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import { createSystemClock } from '../../src/adapters/system/clock.ts';
import { answerApproval } from '../../src/steps/answer-approval.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(answerApproval, z.object({ TABLE_NAME: z.string() }), (env, invocation) => {
  const { approvals } = openStores(env.TABLE_NAME);
  return { approvals, executions: createExecutions(), clock: createSystemClock(invocation) };
});
