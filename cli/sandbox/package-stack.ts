import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UnavailableError } from '../../src/domain/errors.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Where `serverless package` puts the template and the zips. */
export const PACKAGE_FOLDER = `${PROJECT}.serverless`;

/** Packages the stack for a stage, as a deployment to AWS would. @throws UnavailableError with the last words of Serverless */
export async function packageStack(stage: string): Promise<void> {
  const child = spawn(process.execPath, [`${PROJECT}node_modules/serverless/bin/serverless.js`, 'package', '--stage', stage], { cwd: PROJECT, env: { ...process.env, NO_COLOR: '1' } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const status = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (status !== 0) throw new UnavailableError(`The stack could not be packaged: ${said.trim().split('\n').slice(-5).join(' ')}`);
}
