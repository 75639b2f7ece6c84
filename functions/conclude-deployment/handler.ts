import * as z from 'zod/mini';
import { createMetrics } from '../../src/adapters/cloudwatch/metrics.ts';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createEvents } from '../../src/adapters/eventbridge/events.ts';
import { createSystemClock } from '../../src/adapters/system/clock.ts';
import { concludeDeployment } from '../../src/steps/conclude-deployment.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(concludeDeployment, z.object({ TABLE_NAME: z.string() }), (env, invocation) => {
  const { records, targets } = openStores(env.TABLE_NAME);
  return { records, targets, events: createEvents(), metrics: createMetrics(), clock: createSystemClock(invocation) };
});
