import { setTimeout as sleep } from 'node:timers/promises';
import { applyText } from '../cli/commands/apply.ts';
import { findStack } from '../cli/stack.ts';
import { type StartedScenario, startScenario } from '../sandbox/scenarios/start-scenario.ts';
import { createDeployer, invocationOf } from './deploy-image.ts';
import type { DeploymentSample, Invocation } from './deployment-sample.ts';
import { startRequestLog } from './request-log.ts';
import type { ServerName } from './request-name.ts';

export const STAGE = 'sandbox';

/** After one deployment the servers compare and clean up: that is not to be the next one's time. */
const PAUSE_MS = 400;

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
  const invocations: Invocation[] = [];
  const scenario = await startScenario('happy', { packageFolder, stage: STAGE, onInvocation: (record) => invocations.push(invocationOf(record)) });
  const requests = startRequestLog(serverNames(scenario));
  try {
    Object.assign(process.env, scenario.environment);
    await applyText(scenario.slipwayFile, 'slipway.yaml', { stage: STAGE, check: true });
    const { tableName } = await findStack(STAGE);
    const deployer = createDeployer({ world: scenario.world, tableName, requests, invocations });
    const samples: DeploymentSample[] = [];
    for (let index = 1; index <= count; index++) {
      if (count > 1 && index % 5 === 0) tell(`deployment ${index} of ${count}`);
      samples.push(await deployer.deploy(`1.2.${index}`));
      await sleep(PAUSE_MS);
    }
    return samples;
  } finally {
    requests.stop();
    await scenario.world.stop();
  }
}

/** The table's engine listens on a port that nobody else knows. */
function serverNames({ world }: StartedScenario): (port: number) => ServerName | null {
  const urls = { aws: world.aws.endpointUrl, git: world.git.url, argocd: world.argocd.url, kubernetes: world.kubernetes.url };
  const ports = new Map(Object.entries(urls).map(([name, url]) => [Number(new URL(url).port), name as ServerName]));
  return (port) => ports.get(port) ?? 'table';
}
