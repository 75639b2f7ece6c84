import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RefusedError } from '../../src/domain/errors.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Where `serverless package` puts the template and the zips. */
export const PACKAGE_FOLDER = `${PROJECT}.serverless`;

/** The template in that folder. */
export const TEMPLATE_FILE = 'cloudformation-template-update-stack.json';

const END_WITH_PARENT = new URL('../end-with-parent.ts', import.meta.url).href;

/** The line after which Serverless says why it failed. */
const REASON = /^Error:\s*$/m;

/** Time that Serverless has to say it. */
const LAST_WORDS_MS = 1_000;

/** Packages the stack for a stage, as a deployment to AWS would. @throws RefusedError with the reason that Serverless gives */
export async function packageStack(stage: string, project: string = PROJECT): Promise<void> {
  const serverless = `${PROJECT}node_modules/serverless/bin/serverless.js`;
  const child = spawn(process.execPath, ['--import', END_WITH_PARENT, serverless, 'package', '--stage', stage], {
    cwd: project,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const end = (): boolean => child.kill('SIGKILL');
  process.once('exit', end);
  let said = '';
  function hear(chunk: Buffer): void {
    said += chunk.toString();
    // After a failed build serverless-esbuild leaves esbuild running, and Serverless waits for it for ever.
    if (REASON.test(said)) setTimeout(end, LAST_WORDS_MS).unref();
  }
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', hear);
  const status = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  process.off('exit', end);
  if (status !== 0) throw new RefusedError(`The stack could not be packaged: ${reasonIn(said)}; correct it; npx serverless package shows all that Serverless says.`);
}

/** Serverless writes its reason as a paragraph after `Error:`, a stack trace below it where a plugin failed. */
function reasonIn(said: string): string {
  const paragraph = said.split(REASON).at(-1)?.trim().split(/\n\s*\n|\n\s+at /)[0] ?? '';
  return paragraph.replace(/^Error: /, '').replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '') || 'Serverless gave no reason';
}
