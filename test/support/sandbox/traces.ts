import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScenarioWorld } from '../../../sandbox/scenarios/scenario-world.ts';
import { CONCLUDED } from '../../../src/adapters/eventbridge/events.ts';
import { STAGE_DURATION } from '../../../src/adapters/cloudwatch/metrics.ts';
import type { DeploymentConcluded } from '../../../src/ports/events.ts';
import type { DeployedWorld } from './deployed-world.ts';

/** What Slipway told the event bus, oldest first. */
export function announcements({ world }: { readonly world: ScenarioWorld }): readonly DeploymentConcluded[] {
  const concluded = world.aws.events.events().filter((event) => event['detail-type'] === CONCLUDED);
  return concluded.map(({ detail }) => detail as unknown as DeploymentConcluded);
}

/** The stage durations that CloudWatch would find in the functions' log, by stage. */
export async function measuredStages({ world }: { readonly world: ScenarioWorld }): Promise<Readonly<Record<string, unknown>>> {
  const log = await readFile(join(world.folder, 'functions.log'), 'utf8');
  const lines = log.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
  const metrics = lines.filter((line) => '_aws' in line && STAGE_DURATION in line);
  return Object.fromEntries(metrics.map((line) => [String(line['stage']), line[STAGE_DURATION]]));
}

/** Digests of the images that the Deployment's live pods run. */
export function runningDigests({ world }: DeployedWorld, application = 'inference-dev'): readonly string[] {
  const pods = world.kubernetes.store.list('Pod', 'inference').filter(({ metadata }) => metadata.name.startsWith(`${application}-`) && metadata.deletionTimestamp === undefined);
  return [...new Set(pods.flatMap(({ spec }) => spec.containers.map(({ image }) => image.replace(/^.*@/, ''))))];
}
