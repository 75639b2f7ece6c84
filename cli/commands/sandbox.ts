import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { isScenarioName, SCENARIO_NAMES, type ScenarioName } from '../../sandbox/scenarios/names.ts';
import { SCENARIOS } from '../../sandbox/scenarios/scenarios.ts';
import { type StartedScenario, startScenario } from '../../sandbox/scenarios/start-scenario.ts';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { ConfigurationError } from '../../src/domain/errors.ts';
import { EXIT } from '../exit.ts';
import { type FollowedExecution, followExecution } from '../follow-execution.ts';
import { progressLine } from '../output/progress.ts';
import { readReport } from '../report.ts';
import { PACKAGE_FOLDER, packageStack } from '../sandbox/package-stack.ts';
import { describeReach } from '../sandbox/reach.ts';
import { type DeployedStack, findStack } from '../stack.ts';
import { applyText } from './apply.ts';
import { describeReport } from './deploy.ts';

export type SandboxOptions = { readonly scenario: string; readonly keep?: boolean; readonly json?: boolean };

const STAGE = 'sandbox';

/** Everything but the result goes to standard error, so that `--json` leaves standard output to machines. */
const tell = (text: string): void => console.error(text);

/** `slipway sandbox`: the packaged stack on this machine, one push, and what became of it. */
export async function sandbox(options: SandboxOptions): Promise<number> {
  if (!isScenarioName(options.scenario)) throw new ConfigurationError(`There is no scenario ${options.scenario}; there is ${SCENARIO_NAMES.join(', ')}.`);
  tell('Packaging the stack with Serverless …');
  await packageStack(STAGE);
  const begun = Date.now();
  tell('Starting AWS, Git, Kubernetes and Argo CD on loopback, with version 1 running …');
  const scenario = await startScenario(options.scenario, { packageFolder: PACKAGE_FOLDER, stage: STAGE });
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
  try {
    return await Promise.race([play(scenario, options.scenario, options, begun), interrupted(ended.signal)]);
  } finally {
    await scenario.world.stop();
  }
}

/** 130, as a shell reports a program that Ctrl-C ended; the world is stopped on the way out. */
async function interrupted(signal: AbortSignal): Promise<number> {
  await once(signal, 'abort');
  return 130;
}

async function play(scenario: StartedScenario, name: ScenarioName, options: SandboxOptions, begun: number): Promise<number> {
  Object.assign(process.env, scenario.environment);
  const stack = await findStack(STAGE);
  await applyText(scenario.slipwayFile, 'slipway.yaml', { stage: STAGE, check: true });
  tell(`Up after ${((Date.now() - begun) / 1000).toFixed(1)} s. ${SCENARIOS[name].story}`);
  tell(`\nPushing inference-service:${scenario.newImage.tag} to ECR …`);
  const followed = await pushAndFollow(scenario, stack);
  const report = await readReport(openStores(stack.tableName).records, followed);
  tell('');
  console.log(options.json === true ? JSON.stringify(report.summary) : describeReport(report));
  if (options.keep === true) {
    tell(`\n${await describeReach(scenario)}`);
    await once(process, 'SIGINT');
  }
  return report.summary.outcome === 'succeeded' ? EXIT.succeeded : EXIT.failed;
}

async function pushAndFollow(scenario: StartedScenario, stack: DeployedStack): Promise<FollowedExecution> {
  const client = new SFNClient({});
  await scenario.push(scenario.newImage);
  const pushedAt = Date.now();
  const executionArn = await startedExecution(client, stack.stateMachineArn);
  tell(`EventBridge started ${executionArn}\n`);
  return followExecution(client, executionArn, (progress) => tell(progressLine(progress, pushedAt)));
}

/** The execution that the push started: the sandbox's only one. */
async function startedExecution(client: SFNClient, stateMachineArn: string): Promise<string> {
  for (;;) {
    const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
    const executionArn = executions[0]?.executionArn;
    if (executionArn !== undefined) return executionArn;
    await sleep(20);
  }
}
