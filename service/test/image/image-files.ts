import { chmod, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runWell } from '../support/run.ts';

const SERVICE = fileURLToPath(new URL('../../', import.meta.url));

export interface ImageFiles {
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * The folder /service of the image, made by the Dockerfile's own instructions without a container runtime: what its stages copy from the
 * checkout, and what its first stage installs. Anything in the Dockerfile that this does not know is an error.
 */
export async function makeImageFiles(): Promise<ImageFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'image-'));
  const [, first = '', last = ''] = (await readFile(join(SERVICE, 'Dockerfile'), 'utf8')).replaceAll(/^#.*\n/gm, '').replaceAll('\\\n', '').split(/^FROM .*$/m);
  await copyFromCheckout(first, folder);
  const [install, ...others] = instructions(first, 'RUN');
  if (install === undefined || others.length > 0) throw new Error('The first stage has more than one RUN.');
  await runWell('sh', ['-euc', install], { cwd: folder, env: { npm_config_prefer_offline: 'true' } });
  await copyFromCheckout(last, folder);
  // As mkdtemp makes it, only its owner could enter it.
  await chmod(folder, 0o755);
  return { folder, remove: async () => rm(folder, { recursive: true }) };
}

async function copyFromCheckout(stage: string, folder: string): Promise<void> {
  for (const copy of instructions(stage, 'COPY')) {
    if (copy === '--from=dependencies /service/node_modules node_modules') continue;
    const names = copy.split(' ');
    const to = names.pop();
    const single = names.length === 1 && names[0] === to;
    if (to !== './' && !single) throw new Error(`COPY ${copy} is not known here.`);
    for (const name of names) await cp(join(SERVICE, name), join(folder, name), { recursive: true });
  }
}

function instructions(stage: string, name: string): string[] {
  return stage.split('\n').flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1).trim()] : []));
}
