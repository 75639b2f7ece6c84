import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RefusedError } from '../../src/domain/errors.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Where `serverless package` puts the template and the zips. */
export const PACKAGE_FOLDER = `${PROJECT}.serverless`;

/** The template in that folder. */
export const TEMPLATE_FILE = 'cloudformation-template-update-stack.json';

const END_WITH_PARENT = new URL('../end-with-parent.ts', import.meta.url).href;

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
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const status = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  process.off('exit', end);
  if (status !== 0) throw new RefusedError(`The stack could not be packaged: ${reasonIn(said)}; correct it and run npm run package to see all that Serverless says.`);
}

/** Serverless writes its reason as a paragraph after `Error:`, before versions and links. */
function reasonIn(said: string): string {
  const after = said.split(/^(?:Error|✖ Error|× Error):?\s*$/m).at(-1) ?? said;
  const paragraph = after.trim().split(/\n\s*\n/)[0] ?? '';
  return paragraph.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '') || 'Serverless gave no reason';
}
