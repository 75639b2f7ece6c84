import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, type ExecutionListItem, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import type { Image } from '../../sandbox/scenarios/image.ts';
import type { ScenarioWorld } from '../../sandbox/scenarios/scenario-world.ts';
import type { StartedScenario } from '../../sandbox/scenarios/start-scenario.ts';
import { openStores, type Stores } from '../../src/adapters/dynamodb/open-stores.ts';
import { NotFoundError } from '../../src/domain/errors.ts';
import { applyText } from '../commands/apply.ts';
import { type ExecutionInput, readExecutionInput } from '../execution/execution-input.ts';
import { readJson } from '../execution/execution-json.ts';
import type { Progress } from '../execution/progress.ts';
import { followExecution } from '../follow-execution.ts';
import { progressLine } from '../output/progress.ts';
import { lookOf } from '../output/terminal.ts';
import { type ExecutionReport, readReport } from '../report.ts';
import { type DeployedStack, findStack } from '../stack.ts';
import { STAGE, useOnlyAws } from './own-world.ts';

/** A scenario's world with its services applied, as plays act in it. */
export type Scene = {
  readonly scenario: StartedScenario<ScenarioWorld>;
  readonly stack: DeployedStack;
  readonly stores: Stores;
  readonly client: SFNClient;
};

/** Everything but the result goes to standard error, so that `--json` leaves standard output to machines. */
export const tell = (text: string): void => console.error(text);

/** Points this process at the scenario's AWS, and applies its `slipway.yaml`. */
export async function openScene(scenario: StartedScenario<ScenarioWorld>): Promise<Scene> {
  useOnlyAws(scenario.environment);
  const stack = await findStack(STAGE);
  await applyText(scenario.slipwayFile, 'slipway.yaml', { stage: STAGE, check: true });
  return { scenario, stack, stores: openStores(stack.tableName), client: new SFNClient({}) };
}

/** Pushes an image, and shows the execution that this starts to its end. */
export async function pushAndWatch(scene: Scene, image: Image, heard?: (progress: Progress) => void): Promise<ExecutionReport> {
  const { push } = scene.scenario;
  tell(`\nPushing inference-service:${image.tag} to ECR …`);
  return watchStarted(scene, 'EventBridge', () => push(image), heard);
}

/** Shows the execution that somebody starts because of what begins now, against the clock that runs since then. @throws where nobody starts one */
export async function watchStarted(scene: Scene, starter: string, begin: () => Promise<void>, heard?: (progress: Progress) => void): Promise<ExecutionReport> {
  const earlier = (await executions(scene)).map(({ executionArn }) => executionArn);
  await begin();
  const begunAt = Date.now();
  await scene.scenario.world.aws.events.settled();
  const executionArn = await newExecution(scene, earlier);
  tell(`${starter} started ${executionArn}\n`);
  return watch(scene, executionArn, (progress) => {
    tell(progressLine(progress, begunAt, lookOf(process.stderr)));
    heard?.(progress);
  });
}

/** Hears of each step of an execution until that ends, and reads what it did. */
export async function watch({ client, stores }: Scene, executionArn: string, heard: (progress: Progress) => void): Promise<ExecutionReport> {
  return readReport(stores.records, await followExecution(client, executionArn, heard));
}

async function newExecution(scene: Scene, earlier: readonly (string | undefined)[]): Promise<string> {
  for (const { executionArn = '' } of await executions(scene)) {
    if (!earlier.includes(executionArn) && (await inputOf(scene, executionArn)) !== null) return executionArn;
  }
  throw new NotFoundError('No execution was started, so there is nothing to watch; infra/events.yml and infra/sweep.yml say what starts one.');
}

/** Every execution, the newest first. */
export async function executions({ client, stack }: Pick<Scene, 'client' | 'stack'>): Promise<readonly ExecutionListItem[]> {
  const { executions: found = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn: stack.stateMachineArn, maxResults: 1000 }));
  return found;
}

/** What an execution was started for; null for the look at what comes after an environment, which in the sandbox is nothing. */
export async function inputOf({ client }: Pick<Scene, 'client'>, executionArn: string): Promise<ExecutionInput | null> {
  const { input } = await client.send(new DescribeExecutionCommand({ executionArn }));
  const isPromotion = readJson(z.object({ source: z.literal('slipway') }), input) !== undefined;
  return isPromotion ? null : readExecutionInput(input);
}

/** Resolves when no event is on its way to a rule and no execution runs; hears of each execution on the way, as often as it is seen. */
export async function untilQuiet(scene: Scene, heard: (executionArn: string) => void = () => undefined): Promise<void> {
  for (;;) {
    await scene.scenario.world.aws.events.settled();
    const found = await executions(scene);
    for (const { executionArn = '' } of found.toReversed()) heard(executionArn);
    if (found.every(({ status }) => status !== 'RUNNING')) return;
    await sleep(100);
  }
}

/** ECR dates images to the second, and what is dated before a service was applied is none of the sweep's. */
export async function untilNextSecond(): Promise<void> {
  await sleep(1_000 - (Date.now() % 1_000));
}
