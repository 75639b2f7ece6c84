import { setTimeout as sleep } from 'node:timers/promises';
import { runGit } from '../sandbox/git/run-git.ts';
import { configFiles, VALUES_FILE } from '../sandbox/scenarios/config-repository.ts';
import { imageOf } from '../sandbox/scenarios/image.ts';
import { configRepository } from './config-repository.ts';
import { type MeasuredWorld, startMeasuredWorld } from './measured-world.ts';
import type { DeploymentSample } from './deployment-sample.ts';
import { PAUSE_MS } from './measure-deployments.ts';

export type CommitStagePlan = {
  /** What `serverless package` left. */
  readonly packageFolder: string;
  /** Files of the config repository: one world for each. */
  readonly sizes: readonly number[];
  readonly warmUp: number;
  readonly runs: number;
  readonly tell: (text: string) => void;
};

/** Deploys on warm functions, by turns in worlds that differ in their config repository alone. */
export async function measureCommitStage({ packageFolder, sizes, warmUp, runs, tell }: CommitStagePlan): Promise<ReadonlyMap<number, readonly DeploymentSample[]>> {
  const worlds = new Map<number, MeasuredWorld>();
  const samples = new Map(sizes.map((size) => [size, new Array<DeploymentSample>()]));
  try {
    for (const size of sizes) {
      tell(`starting a world with ${size} files in its repository`);
      worlds.set(size, await startWorldOf(packageFolder, size));
    }
    for (let run = 1 - warmUp; run <= runs; run++) {
      if (run > 0 && run % 5 === 0) tell(`deployment ${run} of ${runs} in each`);
      for (const [size, { deployer }] of worlds) {
        const sample = await deployer.deploy(`1.3.${run + warmUp}`);
        await sleep(PAUSE_MS);
        if (run > 0) samples.get(size)?.push(sample);
      }
    }
    return samples;
  } finally {
    for (const world of worlds.values()) await world.stop();
  }
}

/** Packed with a commit graph, as Git servers keep their repositories. The first deployment there meets new functions: it doesn't count. */
async function startWorldOf(packageFolder: string, files: number): Promise<MeasuredWorld> {
  const started = await startMeasuredWorld({ packageFolder, configFiles: repositoryOf(files) });
  try {
    await runGit(started.world.git.repository.directory, ['gc', '--quiet']);
    await started.deployer.deploy('1.2.0');
    return started;
  } catch (error) {
    await started.stop();
    throw error;
  }
}

/** What the scenario needs, and as many other files as there are to be in all: their folders are the neighbours of the one with the edited file. */
function repositoryOf(files: number): Record<string, string> {
  const needed = configFiles(imageOf('1.0.0'));
  const [folder = ''] = VALUES_FILE.split('/');
  return { ...configRepository(files - Object.keys(needed).length, folder), ...needed };
}
