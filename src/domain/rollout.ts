import type { ClusterSnapshot, ObservedWorkload } from './cluster.ts';
import type { PodSummary } from './deployment.ts';
import { ConfigurationError } from './errors.ts';
import { earliest, elapsed, type Instant, later, latest, type Milliseconds } from './instant.ts';
import { workloadName } from './rollout-progress.ts';
import { type WorkloadStatus, workloadStatus } from './rollout-workload.ts';
import { gatingWorkloads, type GatingWorkload, hasRelease, staleImages, type WantedRollout } from './wanted-rollout.ts';

export type RolloutStatus =
  /** Look again when the cluster changes, and at `recheckAt`, when a grace or the deadline ends. `unapplied`: no template has the release. */
  | { readonly status: 'running'; readonly unapplied?: true; readonly waitingFor: string; readonly recheckAt: Instant; readonly pods: readonly PodSummary[] }
  /** `readyAt`: when the last new pod became Ready, by the kubelet's clock in whole seconds; null where there is no pod. */
  | { readonly status: 'ready'; readonly pods: readonly PodSummary[]; readonly warnings: readonly string[]; readonly readyAt: Instant | null }
  | { readonly status: 'failed'; readonly cause: string; readonly pods: readonly PodSummary[] };

/** Time that Kubernetes gets to report its own deadline before ours ends the rollout. */
const AFTER_PROGRESS_DEADLINE: Milliseconds = 60_000;

/**
 * Whether the release is rolled out, judged from one look at the cluster.
 *
 * @throws ConfigurationError when the cluster lacks the very workload that Argo CD names
 */
export function rolloutStatus(snapshot: ClusterSnapshot, want: WantedRollout, now: Instant): RolloutStatus {
  const gating = gatingWorkloads(want);
  const absent = absentCause(gating, want);
  if (absent !== null) return { status: 'failed', cause: absent, pods: [] };

  const workloads = gating.map((workload) => observedOn(snapshot, workload, want));
  const updated = workloads.filter((workload) => hasRelease(workload, want));
  const behind = workloads.filter((workload) => !hasRelease(workload, want));
  const required = behind.find(({ name }) => want.workloads?.includes(name));
  if (required !== undefined) return { status: 'failed', cause: `${staleWarning(required, want)}, and the target's workloads names it`, pods: [] };

  const deadline = rolloutDeadline(workloads, want);
  if (updated.length === 0) return unappliedStatus(behind, want, deadline, now);
  const statuses = updated.map((workload) => workloadStatus(workload, snapshot, want, now));
  return combine(statuses, workloads.flatMap((workload) => staleImages(workload, want).length > 0 ? [staleWarning(workload, want)] : []), deadline, want, now);
}

function absentCause(gating: readonly GatingWorkload[], { application, release, workloads }: WantedRollout): string | null {
  if (gating.length === 0) return `Application ${application}: no Deployment, StatefulSet or DaemonSet runs an image of ${release.repository}`;
  const absent = workloads?.find((name) => !gating.some((workload) => workload.name === name));
  return absent === undefined ? null : `Application ${application}: no workload named ${absent} runs an image of ${release.repository}`;
}

/** The uid decides: another cluster may well have a Deployment of the same name. */
function observedOn({ workloads }: ClusterSnapshot, { kind, namespace, name, uid }: GatingWorkload, { cluster, application }: WantedRollout): ObservedWorkload {
  const observed = workloads.find((workload) => workload.uid === uid);
  if (observed !== undefined) return observed;
  throw new ConfigurationError(
    `cluster ${cluster} is not where Application ${application} deploys: it has no ${kind} ${namespace}/${name} with the uid ${uid}; set the target's cluster to the Application's destination.`,
  );
}

function staleWarning(workload: ObservedWorkload, want: WantedRollout): string {
  return `${workloadName(workload)}: its template has ${staleImages(workload, want).join(' and ') || 'no image of the release'}`;
}

/** Past it a rollout has failed: never before Kubernetes' own deadline could be reported. */
function rolloutDeadline(workloads: readonly ObservedWorkload[], { policy, watchingSince }: WantedRollout): Instant {
  const limits = workloads.map(({ progressDeadline }) => (progressDeadline === null ? 0 : progressDeadline + AFTER_PROGRESS_DEADLINE));
  return later(watchingSince, Math.max(policy.rolloutTimeout, ...limits));
}

/** No template carries the release: somebody changes it back, or a newer release is on its way, which the claim tells. */
function unappliedStatus(behind: readonly ObservedWorkload[], want: WantedRollout, deadline: Instant, now: Instant): RolloutStatus {
  const waitingFor = behind.map((workload) => staleWarning(workload, want)).join('; ');
  if (elapsed(deadline, now) >= 0) return { status: 'failed', cause: afterDeadline(waitingFor, want, now), pods: [] };
  return { status: 'running', unapplied: true, waitingFor, recheckAt: deadline, pods: [] };
}

/** The first failure decides, then the first that is not ready. */
function combine(statuses: readonly WorkloadStatus[], stale: readonly string[], deadline: Instant, want: WantedRollout, now: Instant): RolloutStatus {
  const pods = statuses.flatMap((status) => status.pods);
  const failed = statuses.find((status) => status.status === 'failed');
  if (failed !== undefined) return { status: 'failed', cause: failed.cause, pods };
  const running = statuses.filter((status) => status.status === 'running');
  const [first] = running;
  if (first === undefined) return readyStatus(statuses, pods, stale);
  if (elapsed(deadline, now) >= 0) {
    const signs = running.flatMap(({ sign }) => (sign === null ? [] : [sign.cause]));
    return { status: 'failed', cause: signs[0] ?? afterDeadline(first.waitingFor, want, now), pods };
  }
  const instants = running.flatMap(({ sign }) => (sign === null || sign.failsAt === null ? [] : [sign.failsAt]));
  return { status: 'running', waitingFor: first.waitingFor, recheckAt: instants.reduce(earliest, deadline), pods };
}

function readyStatus(statuses: readonly WorkloadStatus[], pods: readonly PodSummary[], stale: readonly string[]): RolloutStatus {
  const ready = statuses.filter((status) => status.status === 'ready');
  const instants = ready.flatMap(({ readyAt }) => (readyAt === null ? [] : [readyAt]));
  const readyAt = instants.length === 0 ? null : instants.reduce(latest);
  return { status: 'ready', pods, warnings: [...stale, ...ready.flatMap(({ warnings }) => warnings)], readyAt };
}

function afterDeadline(waitingFor: string, { watchingSince }: WantedRollout, now: Instant): string {
  return `${waitingFor} after ${Math.round(elapsed(watchingSince, now) / 1000)} s`;
}
