import * as z from 'zod/mini';
import { createOpenArgoCd } from '../../src/adapters/argocd/argo-cd.ts';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createSmokeCheck } from '../../src/adapters/http/smoke-check.ts';
import { createSecrets } from '../../src/adapters/secrets/secrets.ts';
import { createSystemClock } from '../../src/adapters/system/clock.ts';
import { verifyRelease } from '../../src/steps/verify-release.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(verifyRelease, z.object({ TABLE_NAME: z.string() }), (env, invocation) => {
  const { services, targets } = openStores(env.TABLE_NAME);
  const secrets = createSecrets();
  return { services, targets, argocd: createOpenArgoCd({ secrets }), smoke: createSmokeCheck(), clock: createSystemClock(invocation) };
});
