import type { PodSummary } from '../../src/domain/deployment.ts';
import type { Scene } from './scene.ts';

/** What the cluster runs of an Application now. */
export async function livePods({ scenario: { world } }: Scene, application: string): Promise<readonly PodSummary[]> {
  const pods = (await world.cluster.livePods('inference')).filter(({ name }) => name.startsWith(`${application}-`));
  return pods.map(({ name, ready, images: [image = ''] }) => ({ name, ready, digest: /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1] ?? null }));
}
