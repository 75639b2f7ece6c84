import * as z from 'zod/mini';
import { createMetrics } from '../../src/adapters/cloudwatch/metrics.ts';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createEvents } from '../../src/adapters/eventbridge/events.ts';
import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import { createSystemClock } from '../../src/adapters/system/clock.ts';
import { concludeDeployment } from '../../src/steps/conclude-deployment.ts';
import { defineHandler } from '../define-handler.ts';

const Env = z.object({ TABLE_NAME: z.string(), STATE_MACHINE_ARN: z.string() });

export const handler = defineHandler(concludeDeployment, Env, (env, invocation) => {
  const stores = openStores(env.TABLE_NAME);
  const executions = createExecutions({ stateMachineArn: env.STATE_MACHINE_ARN });
  return { ...stores, executions, events: createEvents(), metrics: createMetrics(), clock: createSystemClock(invocation) };
});
