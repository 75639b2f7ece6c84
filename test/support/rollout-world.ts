import { createMemoryArgoCd, type MemoryArgoCd } from '../../src/adapters/memory/argo-cd.ts';
import { createMemoryClock, type MemoryClock } from '../../src/adapters/memory/clock.ts';
import { createMemoryCluster, type MemoryCluster } from '../../src/adapters/memory/cluster.ts';
import { createMemoryServiceStore } from '../../src/adapters/memory/service-store.ts';
import { createMemoryTargetStore } from '../../src/adapters/memory/target-store.ts';
import type { LiveWorkload, ObservedApplication } from '../../src/domain/application.ts';
import type { ClusterSnapshot } from '../../src/domain/cluster.ts';
import type { Deployment } from '../../src/domain/deployment.ts';
import { imageReference } from '../../src/domain/release.ts';
import type { Target } from '../../src/domain/service.ts';
import type { CheckRolloutPorts } from '../../src/steps/check-rollout.ts';
import type { TargetStepInput } from '../../src/steps/wire.ts';
import { aLiveWorkload, anApplication } from './application.ts';
import { aPod, aRollout } from './observed-cluster.ts';
import { aClaim, aDeployment, aRelease } from './release.ts';
import { anEnvironment, aService, aTarget } from './service.ts';

const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:slipway:one';
/** The instant at which the world begins: half a second after the release was applied. */
export const NOW = '2026-01-02T03:05:00.000Z';
export const APPLIED = '2026-01-02T03:04:59.500Z';

/** Deployment `web` is applied with the release, its target is claimed, and nothing has started yet. */
export type RolloutWorld = {
  readonly ports: CheckRolloutPorts;
  readonly argocd: MemoryArgoCd;
  readonly cluster: MemoryCluster;
  readonly clock: MemoryClock;
  input(overrides?: Partial<Deployment>, redrive?: Partial<TargetStepInput>): TargetStepInput;
  /** Another execution takes the claim. */
  loseClaim(): Promise<void>;
};

type Options = {
  readonly target?: Partial<Target>;
  readonly application?: Partial<ObservedApplication>;
  readonly live?: readonly LiveWorkload[];
  readonly snapshot?: ClusterSnapshot;
};

export async function aRolloutWorld({ target = {}, application = {}, live = [aWebWorkload()], snapshot = starting() }: Options = {}): Promise<RolloutWorld> {
  const argocd = createMemoryArgoCd(anApplication(application), live);
  const cluster = createMemoryCluster(snapshot);
  const clock = createMemoryClock(NOW);
  const targets = createMemoryTargetStore();
  const services = createMemoryServiceStore([aService({ environments: { dev: anEnvironment({ targets: { eu: aTarget(target) } }) } })]);
  const deployment = aDeployment({ claim: { generation: 1, redrives: 0 }, marks: { started: '2026-01-02T03:04:58.000Z', applied: APPLIED } });
  const claimBy = async (execution: string) => {
    const state = await targets.target(deployment);
    await targets.change(deployment, state, { claim: aClaim({ execution, generation: (state.claim?.generation ?? 0) + 1, claimedAt: NOW }) });
  };
  await claimBy(EXECUTION);
  return {
    ports: { services, targets, argocd: async () => argocd, cluster: async () => cluster, clock },
    argocd,
    cluster,
    clock,
    input: (overrides = {}, redrive = {}) => ({ execution: EXECUTION, redrives: 0, deployment: { ...deployment, ...overrides }, ...redrive }),
    loseClaim: () => claimBy('arn:other'),
  };
}

export function aWebWorkload(overrides: Partial<LiveWorkload> = {}): LiveWorkload {
  return aLiveWorkload(imageReference(aRelease()), { namespace: 'inference', name: 'web', uid: 'uid-web', ...overrides });
}

/** Both new pods run, neither is Ready. */
export function starting(): ClusterSnapshot {
  return aRollout([aPod({ name: 'web-new-1' }), aPod({ name: 'web-new-2' })]);
}

export function rolledOut(): ClusterSnapshot {
  return aRollout([aPod({ name: 'web-new-1', ready: true }), aPod({ name: 'web-new-2', ready: true })]);
}

/** One new pod waits for this reason. */
export function waitingFor(reason: string, message = ''): ClusterSnapshot {
  return aRollout([aPod({ name: 'web-new-1', container: { running: false, waiting: { reason, message } } })]);
}
