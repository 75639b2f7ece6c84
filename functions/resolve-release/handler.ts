import * as z from 'zod/mini';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createReleaseRegistry } from '../../src/adapters/ecr/release-registry.ts';
import { createSystemClock } from '../../src/adapters/system/clock.ts';
import { resolveRelease } from '../../src/steps/resolve-release.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(resolveRelease, z.object({ TABLE_NAME: z.string() }), (env, invocation) => {
  const { services, targets } = openStores(env.TABLE_NAME);
  return { services, targets, registry: createReleaseRegistry(), clock: createSystemClock(invocation) };
});
