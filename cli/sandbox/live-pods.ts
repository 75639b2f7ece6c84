import type { PodSummary } from '../../src/domain/deployment.ts';
import type { Scene } from './scene.ts';

/** What the cluster runs of an Application now, as `kubectl get pods` shows it: pods that are being deleted are left out. */
export function livePods({ scenario: { world } }: Scene, application: string): readonly PodSummary[] {
  return world.kubernetes.store
    .list('Pod', 'inference')
    .filter(({ metadata }) => metadata.name.startsWith(`${application}-`) && metadata.deletionTimestamp === undefined)
    .map(({ metadata, spec, status }) => ({
      name: metadata.name,
      ready: status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
      digest: /@(sha256:[0-9a-f]{64})$/.exec(spec.containers[0]?.image ?? '')?.[1] ?? null,
    }));
}
