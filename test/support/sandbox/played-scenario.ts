import { vi } from 'vitest';
import { PACKAGE_FOLDER } from '../../../cli/sandbox/package-stack.ts';
import type { Told } from '../../../cli/sandbox/play.ts';
import { playOf } from '../../../cli/sandbox/plays/plays.ts';
import { openScene } from '../../../cli/sandbox/scene.ts';
import type { ScenarioName } from '../../../sandbox/scenarios/names.ts';
import type { ScenarioWorld } from '../../../sandbox/scenarios/scenario-world.ts';
import { type StartedScenario, startScenarioIn, type StartWorld } from '../../../sandbox/scenarios/start-scenario.ts';

/** Scenarios that tests play as a whole; of the others they look at the deployment alone. */
export const PLAYED = ['rollback', 'superseded', 'lost-event', 'argocd-down', 'hook-fails', 'approval', 'redrive', 'storm'] as const satisfies readonly ScenarioName[];

export type PlayedScenario = {
  readonly scenario: StartedScenario<ScenarioWorld>;
  readonly told: Told;
  /** What whoever watched read on standard error. */
  readonly said: string;
};

/** Plays a scenario in this process, one at a time: the command line finds its world through the environment. The caller stops the world. */
export async function playScenario(start: StartWorld<ScenarioWorld>, name: ScenarioName): Promise<PlayedScenario> {
  const scenario = await startScenarioIn(start, name, { packageFolder: PACKAGE_FOLDER, stage: 'sandbox' });
  const said: string[] = [];
  const watching = vi.spyOn(console, 'error').mockImplementation((text: string) => void said.push(text));
  try {
    return { scenario, told: await playOf(name)(await openScene(scenario)), said: said.join('\n') };
  } catch (failure) {
    await scenario.world.stop();
    throw failure;
  } finally {
    watching.mockRestore();
  }
}
