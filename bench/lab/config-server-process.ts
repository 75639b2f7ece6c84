/** Serves the config repositories of the contenders: real git behind HTTP, in a small process, since git starts slowly from a great one. */
import { startGitServer } from '../../sandbox/git/start-git-server.ts';
import type { ConfigServerArgument } from './config-server.ts';
import { serveQuestions } from './helper-process.ts';

serveQuestions<ConfigServerArgument, null>(async ({ root, username, password }) => {
  const server = await startGitServer({ root, credentials: [{ username, password, access: 'write' }] });
  return async () => server.url;
});
