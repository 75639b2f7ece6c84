import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildTools } from '../build/build-tools.ts';
import { LABS } from '../labs.ts';
import { makePlace, removePlace } from '../place.ts';
import { endAll } from '../processes/processes.ts';
import { startGuard } from '../processes/guard.ts';
import { startLab } from '../start-lab.ts';
import { createTell, LAB_TOOLS } from '../progress.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const END_WITH_PARENT = new URL('../../cli/end-with-parent.ts', import.meta.url).href;

/** Tests wait for their lab more than they compute, so there are more than cores of two. Each has a control plane to start. */
const LABS_OF_A_WHOLE_RUN = 3;

/**
 * Starts labs, runs the lab's tests in them and ends them, however that goes. Arguments are vitest's, and want one lab: paths of tests,
 * `-t NAME`.
 * @returns vitest's exit code
 */
export async function labTest(args: readonly string[]): Promise<number> {
  const tell = createTell();
  const tools = await buildTools({ groups: LAB_TOOLS, tell });
  const places = await Promise.all(Array.from({ length: args.length === 0 ? LABS_OF_A_WHOLE_RUN : 1 }, makePlace));
  places.forEach(startGuard);
  try {
    await Promise.all(places.map((place) => startLab({ place, tools, tell })));
    tell(places.length === 1 ? 'the lab is up; its tests run' : `${places.length} labs are up; the tests run`);
    return await runVitest(places, args);
  } finally {
    await Promise.all(places.map(endAll));
    await Promise.all(places.map(removePlace));
  }
}

async function runVitest(places: readonly string[], args: readonly string[]): Promise<number> {
  const vitest = ['--import', END_WITH_PARENT, `${PROJECT}node_modules/vitest/vitest.mjs`, 'run', '--config', 'vitest.lab.config.ts', ...args];
  const child = spawn(process.execPath, vitest, { cwd: PROJECT, env: { ...process.env, [LABS]: places.join(delimiter) }, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const end = (): boolean => child.kill('SIGKILL');
  process.once('exit', end);
  const [code] = (await once(child, 'close')) as [number | null];
  process.off('exit', end);
  return code ?? 1;
}
