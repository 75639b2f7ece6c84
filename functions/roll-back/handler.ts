import * as z from 'zod/mini';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createReleaseRegistry } from '../../src/adapters/ecr/release-registry.ts';
import { createOpenGitHost } from '../../src/adapters/git-hosts/open-git-host.ts';
import { createSecrets } from '../../src/adapters/secrets/secrets.ts';
import { createSystemClock } from '../../src/adapters/system/clock.ts';
import { rollBack } from '../../src/steps/roll-back.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(rollBack, z.object({ TABLE_NAME: z.string() }), (env, invocation) => {
  const { services, targets } = openStores(env.TABLE_NAME);
  const git = createOpenGitHost({ secrets: createSecrets() });
  return { services, targets, registry: createReleaseRegistry(), git, clock: createSystemClock(invocation) };
});
