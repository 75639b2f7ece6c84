import * as z from 'zod/mini';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createOpenGitHost } from '../../src/adapters/git-hosts/open-git-host.ts';
import { createSecrets } from '../../src/adapters/secrets/secrets.ts';
import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import { createSystemClock } from '../../src/adapters/system/clock.ts';
import { joinBatch } from '../../src/steps/join-batch.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(joinBatch, z.object({ TABLE_NAME: z.string() }), (env, invocation) => {
  const { services, targets, batches } = openStores(env.TABLE_NAME);
  const open = () => createOpenGitHost({ secrets: createSecrets() });
  let git = open();
  const hosts = { git: (repository: Parameters<typeof git>[0]) => git(repository), renewGit: () => void (git = open()) };
  return { services, targets, batches, executions: createExecutions(), ...hosts, clock: createSystemClock(invocation) };
});
