import { startLabWorld } from '../../../lab/world/start-lab-world.ts';
import type { ScenarioWorld } from '../../../sandbox/scenarios/scenario-world.ts';
import type { WorldOptions } from '../../../sandbox/world.ts';
import { openLab } from './open-lab.ts';

/** Starts a world in the lab of these tests. */
export async function startWorldInLab(options: WorldOptions): Promise<ScenarioWorld> {
  return startLabWorld(await openLab(), options);
}
