import * as z from 'zod/mini';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createReleaseRegistry } from '../../src/adapters/ecr/release-registry.ts';
import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import { createSystemClock } from '../../src/adapters/system/clock.ts';
import { sweepReleases } from '../../src/steps/sweep-releases.ts';
import { defineHandler } from '../define-handler.ts';

const Env = z.object({ TABLE_NAME: z.string(), STATE_MACHINE_ARN: z.string() });

export const handler = defineHandler(sweepReleases, Env, (env, invocation) => {
  const { sweep, services, targets, records } = openStores(env.TABLE_NAME);
  const executions = createExecutions({ stateMachineArn: env.STATE_MACHINE_ARN });
  return { sweep, services, targets, records, registry: createReleaseRegistry(), executions, clock: createSystemClock(invocation) };
});
