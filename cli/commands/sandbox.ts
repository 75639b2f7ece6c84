import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ScenarioName } from '../../sandbox/scenarios/names.ts';
import { SCENARIOS } from '../../sandbox/scenarios/scenarios.ts';
import { type StartedScenario, startScenario } from '../../sandbox/scenarios/start-scenario.ts';
import { NotFoundError } from '../../src/domain/errors.ts';
import { EXIT } from '../exit.ts';
import { exitWhenInterrupted } from '../interruption.ts';
import { STAGE, useOnlyAws, useOwnTemporaryFolder } from '../sandbox/own-world.ts';
import { PACKAGE_FOLDER, packageStack, TEMPLATE_FILE } from '../sandbox/package-stack.ts';
import { playOf } from '../sandbox/plays/plays.ts';
import { describeReach } from '../sandbox/reach.ts';
import { openScene, tell } from '../sandbox/scene.ts';

export type SandboxOptions = { readonly scenario: ScenarioName; readonly keep?: boolean; readonly package?: string; readonly json?: boolean };

/** `slipway sandbox`: the packaged stack on this machine, what happens in a scenario, and what became of it. */
export async function sandbox(options: SandboxOptions): Promise<number> {
  let whenInterrupted: number = EXIT.interrupted;
  exitWhenInterrupted(() => whenInterrupted);
  useOwnTemporaryFolder();
  useOnlyAws({});
  const packageFolder = options.package === undefined ? await packaged() : existing(options.package);
  const begun = performance.now();
  tell('Starting AWS, Git, Kubernetes and Argo CD on loopback, with 1.0.0 running …');
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

async function play(scenario: StartedScenario, { scenario: name, json, keep }: SandboxOptions): Promise<number> {
  const scene = await openScene(scenario);
  const told = await playOf(name)(scene);
  console.log(json === true ? JSON.stringify(told.json) : `\n${told.text}`);
  if (keep === true) tell(`\n${await describeReach(scenario, scene.stack.stateMachineArn)}`);
  return told.code;
}
