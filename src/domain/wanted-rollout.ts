import type { LiveWorkload } from './application.ts';
import type { ObservedWorkload, WorkloadKind } from './cluster.ts';
import { namesRepository, runsRelease } from './image.ts';
import type { Instant } from './instant.ts';
import type { Graces } from './pod-failure.ts';
import type { Release } from './release.ts';
import type { Policy } from './service.ts';

/** What has to be true of the cluster, and how long it may take. */
export type WantedRollout = {
  readonly release: Release;
  /** `image` of the target: another name of the release's repository. */
  readonly mirror?: string | undefined;
  /** Workloads of the Application, as Argo CD names them: only these count, by their uid. */
  readonly live: readonly LiveWorkload[];
  /** Names of those that must run the release. */
  readonly workloads?: readonly string[] | undefined;
  readonly policy: Graces & Pick<Policy, 'rolloutTimeout'>;
  /** When the step began to watch; every grace and the deadline count from here at the earliest. */
  readonly watchingSince: Instant;
  /** Names of the Application and of the cluster, for messages. */
  readonly application: string;
  readonly cluster: string;
};

const GATING_KINDS: ReadonlySet<string> = new Set<WorkloadKind>(['Deployment', 'StatefulSet', 'DaemonSet']);

export type GatingWorkload = LiveWorkload & { readonly kind: WorkloadKind };

/** The Application's Deployments, StatefulSets and DaemonSets with a container of the release's repository: a rollout waits for these. */
export function gatingWorkloads({ live, release, mirror }: Pick<WantedRollout, 'live' | 'release' | 'mirror'>): readonly GatingWorkload[] {
  return live.filter(
    (workload): workload is GatingWorkload => GATING_KINDS.has(workload.kind) && workload.images.some((image) => namesRepository(image, release, mirror)),
  );
}

/** Whether the workload's template carries the release in at least one container. */
export function hasRelease({ images }: ObservedWorkload, { release, mirror }: WantedRollout): boolean {
  return images.some((image) => runsRelease(image, release, mirror));
}

/** References of the template to the release's repository that are of another release. */
export function staleImages({ images }: ObservedWorkload, { release, mirror }: WantedRollout): readonly string[] {
  return images.filter((image) => namesRepository(image, release, mirror) && !runsRelease(image, release, mirror));
}
