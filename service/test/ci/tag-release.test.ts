import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { run, runWell } from '../support/run.ts';

const SCRIPT = fileURLToPath(new URL('../../ci/tag-release.sh', import.meta.url));
const IDENTITY = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com' };
const IMAGE = { manifest: '{\n  "schemaVersion": 2\n}', type: 'application/vnd.oci.image.index.v1+json', digest: 'sha256:abc' };

/** A repository with service/, and an ECR of images by tag. */
async function aRepository() {
  const folder = await mkdtemp(join(tmpdir(), 'release-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const [checkout, programs, ecr] = [join(folder, 'checkout'), join(folder, 'bin'), join(folder, 'ecr.json')];
  await mkdir(programs);
  await copyFile(new URL('aws-stand-in.mjs', import.meta.url), join(programs, 'aws'));
  await chmod(join(programs, 'aws'), 0o755);
  const PATH = [programs, dirname(process.execPath), process.env['PATH']].join(delimiter);
  await runWell('git', ['init', '--quiet', checkout]);
  return {
    async commit(file: string): Promise<string> {
      await mkdir(dirname(join(checkout, file)), { recursive: true });
      await writeFile(join(checkout, file), String(Math.random()));
      await runWell('git', ['add', '.'], { cwd: checkout });
      await runWell('git', ['commit', '--quiet', '--message', `Change ${file}`], { cwd: checkout, env: IDENTITY });
      return (await runWell('git', ['rev-parse', 'HEAD'], { cwd: checkout })).trim();
    },
    holds: async (images: Record<string, typeof IMAGE>) => writeFile(ecr, JSON.stringify(images)),
    images: async () => JSON.parse(await readFile(ecr, 'utf8')) as Record<string, typeof IMAGE>,
    release: async (name: string) => run('bash', [SCRIPT, name, 'inference-service'], { cwd: checkout, env: { PATH, ECR: ecr } }),
  };
}

it('gives the image of the commit one more tag, byte for byte', async () => {
  const repository = await aRepository();
  const commit = await repository.commit('service/main.ts');
  await repository.holds({ [commit]: IMAGE });
  expect(await repository.release('v1.2.3')).toEqual({ status: 0, output: `inference-service:1.2.3 is sha256:abc, the image of commit ${commit}.\n` });
  expect(await repository.images()).toEqual({ [commit]: IMAGE, '1.2.3': IMAGE });
});

it('takes the image of an earlier commit when service/ is the same since', async () => {
  const repository = await aRepository();
  const commit = await repository.commit('service/main.ts');
  await repository.commit('README.md');
  await repository.holds({ [commit]: IMAGE });
  expect((await repository.release('v1.2.3')).output).toContain(`the image of commit ${commit}`);
});

it('takes no image of an older service/', async () => {
  const repository = await aRepository();
  const older = await repository.commit('service/main.ts');
  await repository.commit('service/main.ts');
  await repository.holds({ [older]: IMAGE });
  const { status, output } = await repository.release('v1.2.3');
  expect([status, output]).toEqual([1, 'ECR has no image of service/ as it is in v1.2.3; wait for the workflow of main, or run it again, then this one.\n']);
  expect(Object.keys(await repository.images())).toEqual([older]);
});

it('finds done what is done', async () => {
  const repository = await aRepository();
  const commit = await repository.commit('service/main.ts');
  await repository.holds({ [commit]: IMAGE, '1.2.3': IMAGE });
  expect(await repository.release('v1.2.3')).toEqual({ status: 0, output: 'inference-service:1.2.3 is sha256:abc already.\n' });
});

it.each(['1.2.3', 'v1.2', 'latest', 'v1.2.3; true'])('refuses a release that is no semantic version: %s', async (name) => {
  const repository = await aRepository();
  expect(await repository.release(name)).toEqual({ status: 1, output: `${name} is no semantic version; name the release as v1.2.3.\n` });
});
