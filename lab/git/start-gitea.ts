import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandOf, type Tools } from '../build/build-tools.ts';
import { freePort } from '../processes/free-port.ts';
import { openProcess, startProcess } from '../processes/processes.ts';
import { untilReady } from '../processes/until-ready.ts';
import { giteaSettings } from './gitea-settings.ts';

/** A Git forge that is up, as plain data. */
export type GiteaInstallation = {
  readonly place: string;
  readonly url: string;
  /** The administrator, who owns the repositories. */
  readonly username: string;
  /** The administrator's access token, with all scopes; in Basic credentials it takes the password's place. */
  readonly token: string;
};

export type GiteaOptions = { readonly place: string; readonly tools: Tools; readonly tell: (text: string) => void };

/** Name of its process in the lab. */
export const GITEA_PROCESS = 'gitea';

const ADMINISTRATOR = 'lab';
const ATTEMPTS = 3;

/** Starts Gitea on an empty database, which it fills itself, and makes its administrator. */
export async function startGitea({ place, tools, tell }: GiteaOptions): Promise<GiteaInstallation> {
  const folder = join(place, 'gitea');
  const begun = performance.now();
  await mkdir(join(folder, 'data'), { recursive: true, mode: 0o700 });
  await mkdir(join(folder, 'tmp'), { recursive: true });
  const port = await serve({ place, folder, command: commandOf(tools, 'gitea'), share: join(tools.gitea, 'share') });
  const token = await createAdministrator(folder, commandOf(tools, 'gitea'));
  tell(`Gitea answers at http://127.0.0.1:${port} after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return { place, url: `http://127.0.0.1:${port}`, username: ADMINISTRATOR, token };
}

/** Waits until Gitea answers, as after its process was started again. */
export async function untilGiteaAnswers({ place, url }: Pick<GiteaInstallation, 'place' | 'url'>): Promise<void> {
  await untilReady(openProcess(place, GITEA_PROCESS), () => answers(url));
}

async function answers(url: string): Promise<boolean> {
  return (await fetch(`${url}/api/healthz`)).ok;
}

type Service = { readonly place: string; readonly folder: string; readonly command: string; readonly share: string };

/** Somebody else may take the port between the look for a free one and the start: then another is tried. Returns the port. */
async function serve(service: Service): Promise<number> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const port = await freePort();
    if (await serveAt(port, service)) return port;
  }
  throw new Error(`Gitea found its port taken ${ATTEMPTS} times; see ${openProcess(service.place, GITEA_PROCESS).logFile}, and end what listens there.`);
}

/** Whether the port was free. Where it is not, Gitea writes so and goes on without a listener. */
async function serveAt(port: number, { place, folder, command, share }: Service): Promise<boolean> {
  await writeFile(settingsFile(folder), giteaSettings({ folder, share, port }), { mode: 0o600 });
  const gitea = await startProcess(place, { name: GITEA_PROCESS, command, args: [...settingsArguments(folder), 'web'], env: environment(folder), folder });
  let isTaken = false;
  await untilReady(gitea, async () => {
    isTaken = (await readFile(gitea.logFile, 'utf8')).includes(`:${port}: bind: address already in use`);
    return isTaken || answers(`http://127.0.0.1:${port}`);
  });
  if (isTaken) await gitea.stop();
  return !isTaken;
}

/** With a password that nobody learns: all requests come with a token. */
async function createAdministrator(folder: string, command: string): Promise<string> {
  const user = ['--username', ADMINISTRATOR, '--email', `${ADMINISTRATOR}@forge.example`, '--random-password', '--must-change-password=false'];
  const args = [...settingsArguments(folder), 'admin', 'user', 'create', '--admin', ...user, '--access-token', '--access-token-scopes', 'all'];
  const { stdout } = await promisify(execFile)(command, args, { env: { PATH: process.env['PATH'], HOME: folder, ...environment(folder) }, cwd: folder });
  const token = /^Access token was successfully created\.* ([0-9a-f]{40})$/m.exec(stdout)?.[1];
  if (token === undefined) throw new Error('Gitea made an administrator and named no access token; see whether this version still writes it to standard output.');
  return token;
}

function settingsFile(folder: string): string {
  return join(folder, 'app.ini');
}

function settingsArguments(folder: string): readonly string[] {
  return ['--config', settingsFile(folder), '--work-path', folder, '--custom-path', join(folder, 'custom')];
}

/**
 * The folder stands for the user's home, also for the git that Gitea starts. Each push starts Gitea three times more, as hooks, and a
 * third of such a start is the collection of garbage: there is none until the limit of memory.
 */
function environment(folder: string): Readonly<Record<string, string>> {
  return { HOME: folder, TMPDIR: join(folder, 'tmp'), GIT_CONFIG_NOSYSTEM: '1', GOGC: 'off', GOMEMLIMIT: '400MiB' };
}
