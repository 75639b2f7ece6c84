import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { ScenarioName } from '../../sandbox/scenarios/names.ts';
import { SCENARIOS } from '../../sandbox/scenarios/scenarios.ts';
import { type StartedScenario, startScenario } from '../../sandbox/scenarios/start-scenario.ts';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { NotFoundError } from '../../src/domain/errors.ts';
import { EXIT } from '../exit.ts';
import { type FollowedExecution, followExecution } from '../follow-execution.ts';
import { exitWhenInterrupted } from '../interruption.ts';
import { progressLine } from '../output/progress.ts';
import { describeReport } from '../output/report.ts';
import { lookOf } from '../output/terminal.ts';
import { readReport } from '../report.ts';
import { useOnlyAws, useOwnTemporaryFolder } from '../sandbox/own-world.ts';
import { PACKAGE_FOLDER, packageStack, TEMPLATE_FILE } from '../sandbox/package-stack.ts';
import { describeReach } from '../sandbox/reach.ts';
import { findStack } from '../stack.ts';
import { applyText } from './apply.ts';

export type SandboxOptions = { readonly scenario: ScenarioName; readonly keep?: boolean; readonly package?: string; readonly json?: boolean };

const STAGE = 'sandbox';

/** Everything but the result goes to standard error, so that `--json` leaves standard output to machines. */
const tell = (text: string): void => console.error(text);

/** `slipway sandbox`: the packaged stack on this machine, one push, and what became of it. */
export async function sandbox(options: SandboxOptions): Promise<number> {
  let whenInterrupted: number = EXIT.interrupted;
  exitWhenInterrupted(() => whenInterrupted);
  useOwnTemporaryFolder();
  useOnlyAws({});
  const packageFolder = options.package === undefined ? await packaged() : existing(options.package);
  const begun = performance.now();
  tell('Starting AWS, Git, Kubernetes and Argo CD on loopback, with version 1 running …');
  const scenario = await startScenario(options.scenario, { packageFolder, stage: STAGE });
  tell(`Up after ${((performance.now() - begun) / 1000).toFixed(1)} s. ${SCENARIOS[options.scenario].story}`);
  try {
    const code = await play(scenario, options);
    if (options.keep !== true) return code;
    whenInterrupted = code;
    return await new Promise<never>(() => undefined);
  } finally {
    await scenario.world.stop();
  }
}

async function packaged(): Promise<string> {
  tell('Packaging the stack with Serverless …');
  await packageStack(STAGE);
  return PACKAGE_FOLDER;
}

function existing(folder: string): string {
  if (existsSync(join(folder, TEMPLATE_FILE))) return folder;
  throw new NotFoundError(`There is no packaged stack in ${folder}; npm run package puts one into .serverless.`);
}

async function play(scenario: StartedScenario, { json, keep }: SandboxOptions): Promise<number> {
  useOnlyAws(scenario.environment);
  const { stateMachineArn, tableName } = await findStack(STAGE);
  await applyText(scenario.slipwayFile, 'slipway.yaml', { stage: STAGE, check: true });
  const followed = await pushAndFollow(scenario, stateMachineArn);
  const report = await readReport(openStores(tableName).records, followed);
  console.log(json === true ? JSON.stringify(report.summary) : `\n${describeReport(report, lookOf(process.stdout))}`);
  if (keep === true) tell(`\n${await describeReach(scenario, stateMachineArn)}`);
  return report.summary.outcome === 'succeeded' ? EXIT.succeeded : EXIT.failed;
}

async function pushAndFollow(scenario: StartedScenario, stateMachineArn: string): Promise<FollowedExecution> {
  const client = new SFNClient({});
  tell(`\nPushing inference-service:${scenario.newImage.tag} to ECR …`);
  await scenario.push(scenario.newImage);
  const pushedAt = Date.now();
  const executionArn = await startedExecution(client, stateMachineArn);
  tell(`EventBridge started ${executionArn}\n`);
  return followExecution(client, executionArn, (progress) => tell(progressLine(progress, pushedAt, lookOf(process.stderr))));
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
