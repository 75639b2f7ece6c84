import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { buildTools } from '../build/build-tools.ts';
import { makePlace, removeAllButLogs, removePlace } from '../place.ts';
import { endAll } from '../processes/processes.ts';
import { startGuard } from '../processes/guard.ts';
import { startLab } from '../start-lab.ts';
import { createTell, LAB_TOOLS } from '../progress.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const END_WITH_PARENT = new URL('../../cli/end-with-parent.ts', import.meta.url).href;

/**
 * Starts the lab, runs the lab's tests in it and ends it, however that goes. Arguments are vitest's: paths of tests, `-t NAME`.
 * @returns vitest's exit code
 */
export async function labTest(args: readonly string[]): Promise<number> {
  const tell = createTell();
  const tools = await buildTools({ groups: LAB_TOOLS, tell });
  const place = await makePlace();
  const guard = startGuard(place);
  let isUp = false;
  try {
    await startLab({ place, tools, tell });
    isUp = true;
    tell('the lab is up; its tests run');
    return await runVitest(place, args);
  } finally {
    await endAll(place);
    // The message about what did not start names its log.
    await (isUp ? removePlace(place) : removeAllButLogs(place));
    guard.release();
  }
}

async function runVitest(place: string, args: readonly string[]): Promise<number> {
  const vitest = ['--import', END_WITH_PARENT, `${PROJECT}node_modules/vitest/vitest.mjs`, 'run', '--config', 'vitest.lab.config.ts', ...args];
  const child = spawn(process.execPath, vitest, { cwd: PROJECT, env: { ...process.env, SLIPWAY_LAB: place }, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const end = (): boolean => child.kill('SIGKILL');
  process.once('exit', end);
  const [code] = (await once(child, 'close')) as [number | null];
  process.off('exit', end);
  return code ?? 1;
}
