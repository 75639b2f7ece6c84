/** Runs the expert's script: a small process starts others sooner than one that holds a sandbox. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { monotonic, type Said } from './contender.ts';
import { serveQuestions } from './helper-process.ts';

const SCRIPT = fileURLToPath(new URL('by-hand.sh', import.meta.url));

serveQuestions<Readonly<Record<string, string>>, Readonly<Record<string, string>>>(async (logins) => async (image): Promise<Said> => {
  const begunAt = monotonic();
  const script = spawn('/bin/sh', [SCRIPT], { env: { ...logins, ...image }, stdio: ['ignore', 'ignore', 'pipe'] });
  const [said, [code]] = await Promise.all([text(script.stderr), once(script, 'exit') as Promise<[number | null]>]);
  const saidAt = monotonic();
  if (code !== 0) throw new Error(`The expert's script ended with ${code}: ${said.trim()}`);
  return { begunAt, saidAt };
});
