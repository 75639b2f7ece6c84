import type { ScenarioName } from '../../../sandbox/scenarios/names.ts';
import type { ScenarioWorld } from '../../../sandbox/scenarios/scenario-world.ts';
import { createOpenArgoCd } from '../../../src/adapters/argocd/argo-cd.ts';
import { createMemorySecrets } from '../../../src/adapters/memory/secrets.ts';
import type { ObservedApplication } from '../../../src/domain/application.ts';
import type { DeployedWorld } from '../sandbox/deployed-world.ts';

/** Starts a scenario's world, in the sandbox or in the lab, with its services applied. */
export type StartScenarioWorld = (name: ScenarioName) => Promise<DeployedWorld<ScenarioWorld>>;

/** Milliseconds after which the start of a world and all that happens in it is given up: in the lab worlds wait for each other. */
export const PATIENT = 600_000;

/** Digests of the images that an Application's live pods run. */
export async function liveDigests({ world }: { readonly world: ScenarioWorld }, application = 'inference-dev'): Promise<readonly string[]> {
  const pods = (await world.cluster.livePods('inference')).filter(({ name }) => name.startsWith(`${application}-`));
  return [...new Set(pods.flatMap(({ images }) => images.map((image) => image.replace(/^.*@/, ''))))];
}

/** The Application as Slipway's own token shows it. */
export async function applicationIn({ world }: { readonly world: ScenarioWorld }, name = 'inference-dev'): Promise<ObservedApplication> {
  const { argocd, caPem } = world;
  const secrets = createMemorySecrets({ token: JSON.stringify({ token: await argocd.token('inference', 'slipway') }) });
  const connection = await createOpenArgoCd({ secrets })({ url: argocd.url, token: 'token', caBundle: caPem });
  return connection.application({ name, project: 'inference' });
}
