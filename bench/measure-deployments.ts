import { setTimeout as sleep } from 'node:timers/promises';
import { startMeasuredWorld } from './measured-world.ts';
import type { DeploymentSample } from './deployment-sample.ts';

/** After one deployment the servers compare and clean up: that is not to be the next one's time. */
export const PAUSE_MS = 400;

export type DeploymentPlan = {
  /** What `serverless package` left. */
  readonly packageFolder: string;
  /** Worlds of which only the first deployment counts, every function being new in it. */
  readonly coldWorlds: number;
  /** Deployments before the ones that count, in which the compiler learns. */
  readonly warmUp: number;
  readonly warm: number;
  readonly tell: (text: string) => void;
};

export type DeploymentSamples = { readonly cold: readonly DeploymentSample[]; readonly warm: readonly DeploymentSample[] };

/** Deploys image after image on the packaged stack; the worlds are stopped at the end. */
export async function measureDeployments({ packageFolder, coldWorlds, warmUp, warm, tell }: DeploymentPlan): Promise<DeploymentSamples> {
  const cold: DeploymentSample[] = [];
  for (let world = 1; world < coldWorlds; world++) {
    tell(`cold deployment ${world} of ${coldWorlds}`);
    cold.push(...(await deployInNewWorld(packageFolder, 1, tell)));
  }
  const [first, ...others] = await deployInNewWorld(packageFolder, 1 + warmUp + warm, tell);
  return { cold: [...cold, ...(first === undefined ? [] : [first])], warm: others.slice(warmUp) };
}

async function deployInNewWorld(packageFolder: string, count: number, tell: (text: string) => void): Promise<DeploymentSample[]> {
  const world = await startMeasuredWorld({ packageFolder });
  try {
    const samples: DeploymentSample[] = [];
    for (let index = 1; index <= count; index++) {
      if (count > 1 && index % 5 === 0) tell(`deployment ${index} of ${count}`);
      samples.push(await world.deployer.deploy(`1.2.${index}`));
      await sleep(PAUSE_MS);
    }
    return samples;
  } finally {
    await world.stop();
  }
}
