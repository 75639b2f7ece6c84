import { buffer, text } from 'node:stream/consumers';
import { launch } from '../launcher/launch.ts';

/** Environment of every git process here: nothing of the user's configuration, and one fixed author. */
export const gitEnvironment = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  LC_ALL: 'C',
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Sandbox',
  GIT_AUTHOR_EMAIL: 'sandbox@example.com',
  GIT_COMMITTER_NAME: 'Sandbox',
  GIT_COMMITTER_EMAIL: 'sandbox@example.com',
} as const;

/** Runs git in a bare repository and returns its standard output. Throws with git's own words when it fails. */
export async function runGit(directory: string, args: readonly string[], input: Buffer | string = ''): Promise<Buffer> {
  const git = launch({ command: 'git', args: ['--git-dir', directory, ...args], env: gitEnvironment });
  git.stdin.end(input);
  const exited = git.exited.catch((error: Error) => {
    throw new Error(`git could not be started: ${error.message}. Install git and put it on PATH.`);
  });
  const [output, errors, code] = await Promise.all([buffer(git.stdout), text(git.stderr), exited]);
  if (code !== 0) throw new Error(`git ${args[0]} failed: ${errors.trim()}`);
  return output;
}
