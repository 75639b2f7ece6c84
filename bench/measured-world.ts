import { applyText } from '../cli/commands/apply.ts';
import { findStack } from '../cli/stack.ts';
import { type StartedScenario, startScenario } from '../sandbox/scenarios/start-scenario.ts';
import type { World } from '../sandbox/world.ts';
import { createDeployer, type Deployer, invocationOf } from './deploy-image.ts';
import type { Invocation } from './deployment-sample.ts';
import { startRequestLog } from './request-log.ts';
import type { ServerName } from './request-name.ts';

export const STAGE = 'sandbox';

export type MeasuredWorldOptions = {
  /** What `serverless package` left. */
  readonly packageFolder: string;
  /** Files of the config repository other than the scenario's own. */
  readonly configFiles?: Readonly<Record<string, string>>;
};

export type MeasuredWorld = { readonly world: World; readonly deployer: Deployer; stop(): Promise<void> };

/**
 * Starts a world with the packaged stack in it and `slipway.yaml` applied. Every function of it is new.
 *
 * The clients of a deployer read the environment, which this sets, at their first request: where there is to be another world beside
 * this one, deploy here first.
 */
export async function startMeasuredWorld({ packageFolder, configFiles }: MeasuredWorldOptions): Promise<MeasuredWorld> {
  const invocations: Invocation[] = [];
  const scenario = await startScenario('happy', {
    packageFolder,
    stage: STAGE,
    onInvocation: (record) => invocations.push(invocationOf(record)),
    ...(configFiles && { configFiles }),
  });
  const { world } = scenario;
  const requests = startRequestLog(serverNames(scenario));
  async function stop(): Promise<void> {
    requests.stop();
    await world.stop();
  }
  try {
    Object.assign(process.env, scenario.environment);
    await applyText(scenario.slipwayFile, 'slipway.yaml', { stage: STAGE, check: true });
    const { tableName } = await findStack(STAGE);
    return { world, deployer: createDeployer({ world, tableName, requests, invocations }), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The table's engine listens on a port that nobody else knows. */
function serverNames({ world }: StartedScenario): (port: number) => ServerName | null {
  const urls = { aws: world.aws.endpointUrl, git: world.git.url, argocd: world.argocd.url, kubernetes: world.kubernetes.url };
  const ports = new Map(Object.entries(urls).map(([name, url]) => [Number(new URL(url).port), name as ServerName]));
  return (port) => ports.get(port) ?? 'table';
}
