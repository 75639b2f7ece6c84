import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedOnce } from './cache.ts';
import { run, runWell } from './run.ts';

/** A virtual environment with exactly these packages; answers the folder of its programs. The first time takes minutes. */
export async function pythonPrograms(requirements: URL): Promise<string> {
  const python = await findPython();
  const file = fileURLToPath(requirements);
  const environment = await installedOnce('python', `${python.version}\n${await readFile(file, 'utf8')}`, async (folder) => {
    await runWell(python.program, ['-m', 'venv', folder]);
    await runWell(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '--requirement', file]);
  });
  return join(environment, 'bin');
}

interface Python {
  readonly program: string;
  readonly version: string;
}

async function findPython(): Promise<Python> {
  for (const program of ['python3', 'python3.11', 'python3.12', 'python3.13']) {
    const asked = await run(program, ['-c', 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])']).catch(() => null);
    const version = asked?.status === 0 ? asked.output.trim() : '';
    const [major, minor] = version.split('.').map(Number);
    if (major === 3 && minor !== undefined && minor >= 11 && minor <= 13) return { program, version };
  }
  throw new Error('These tests need Python 3.11, 3.12 or 3.13 with its venv module, for MLflow and the linters of ci/requirements.txt; install it (python3 and python3-venv).');
}
