/** Serves the config repositories of the contenders: real git behind HTTP, in a small process, since git starts slowly from a great one. */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { runGit } from '../../sandbox/git/run-git.ts';
import { startGitServer } from '../../sandbox/git/start-git-server.ts';
import { createHttpClient } from '../../src/adapters/http/http-client.ts';
import type { ConfigServerArgument, ConfigServerQuestion, WebhookReceiver } from './config-server.ts';
import { serveQuestions } from './helper-process.ts';

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse };

/** Hears of each push that has been answered. */
function onPush(callback: (repository: string) => void): void {
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as Exchange;
    const repository = /^\/([^/]+)\.git\/git-receive-pack$/.exec(request.url ?? '')?.[1];
    if (request.method === 'POST' && repository !== undefined) response.once('close', () => callback(repository));
  });
}

/** The event of a push to main, with the members that Argo CD reads of GitHub's. */
async function tellArgoCd({ url, caPem }: WebhookReceiver, repositoryUrl: string, directory: string): Promise<void> {
  const http = createHttpClient({ name: 'Argo CD of the lab', url, caBundle: caPem });
  const git = async (...args: readonly string[]): Promise<string> => (await runGit(directory, args)).toString().trim();
  const [after, modified] = await Promise.all([git('rev-parse', 'main'), git('diff', '--name-only', 'main~1', 'main')]);
  const event = { ref: 'refs/heads/main', after, repository: { html_url: repositoryUrl, default_branch: 'main' }, commits: [{ id: after, added: [], removed: [], modified: modified.split('\n') }] };
  const headers = { 'content-type': 'application/json', 'x-github-event': 'push' };
  const { status, body } = await http.send({ method: 'POST', path: '/api/webhook', headers, body: JSON.stringify(event) });
  if (status !== 200) console.error(`Argo CD answered ${status} to a push event: ${body}`);
}

serveQuestions<ConfigServerArgument, ConfigServerQuestion>(async ({ root, username, password }) => {
  const server = await startGitServer({ root, credentials: [{ username, password, access: 'write' }] });
  let receiver: WebhookReceiver | null = null;
  onPush((repository) => {
    if (receiver === null || !repository.startsWith(receiver.prefix)) return;
    tellArgoCd(receiver, `${server.url}/${repository}`, join(root, `${repository}.git`)).catch((error: unknown) => console.error(error));
  });
  return async (question) => {
    if (question !== 'url') receiver = question;
    return server.url;
  };
});
