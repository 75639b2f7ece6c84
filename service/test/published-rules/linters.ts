import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { installedOnce } from '../support/cache.ts';
import { pythonPrograms } from '../support/python.ts';
import { type Ended, run, runWell } from '../support/run.ts';

/** Published on the Go module proxy only; ci/requirements.txt has the Go that builds it. */
const ACTIONLINT = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12';

export interface Linters {
  hadolint(dockerfile: string): Promise<Ended>;
  /** GitLab's own schema of .gitlab-ci.yml, as SchemaStore and check-jsonschema carry it. */
  gitlabSchema(pipeline: string): Promise<Ended>;
  /** Workflows by their path in the repository that they are copied to. */
  actionlint(workflows: Readonly<Record<string, string>>): Promise<Ended>;
}

export async function installLinters(): Promise<Linters> {
  const programs = await pythonPrograms(new URL('../../ci/requirements.txt', import.meta.url));
  const go = await installedOnce('actionlint', ACTIONLINT, async (folder) => {
    await runWell(join(programs, 'go'), ['install', ACTIONLINT], { env: { GOBIN: folder, GOTOOLCHAIN: 'local' } });
  });
  return {
    hadolint: async (dockerfile) => inFolder({ Dockerfile: dockerfile }, async (cwd) => run(join(programs, 'hadolint'), ['--no-color', 'Dockerfile'], { cwd })),
    gitlabSchema: async (pipeline) =>
      inFolder({ '.gitlab-ci.yml': pipeline }, async (cwd) => run(join(programs, 'check-jsonschema'), ['--builtin-schema', 'vendor.gitlab-ci', '--data-transform', 'gitlab-ci', '.gitlab-ci.yml'], { cwd })),
    // It looks for called workflows from the root of a repository, which a folder named .git makes.
    actionlint: async (workflows) => inFolder({ '.git/HEAD': 'ref: refs/heads/main\n', ...workflows }, async (cwd) => run(join(go, 'actionlint'), ['-no-color'], { cwd })),
  };
}

async function inFolder(files: Readonly<Record<string, string>>, lint: (cwd: string) => Promise<Ended>): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 'lint-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return lint(folder);
}
