import { spawn } from 'node:child_process';

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
export function runGit(directory: string, args: readonly string[], input?: Buffer | string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const git = spawn('git', ['--git-dir', directory, ...args], { env: gitEnvironment });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    git.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    git.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    git.stdin.on('error', () => undefined); // git may end before it has read everything; its exit code says why
    git.on('error', (error) => reject(new Error(`git could not be started: ${error.message}. Install git and put it on PATH.`)));
    git.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new Error(`git ${args[0]} failed: ${Buffer.concat(errors).toString().trim()}`));
    });
    git.stdin.end(input);
  });
}
