import type { ClusterSnapshot, ObservedPod, ObservedWorkload } from './cluster.ts';
import type { PodSummary } from './deployment.ts';
import { type DigestProof, proveDigest } from './digest-proof.ts';
import { elapsed, type Instant, later, latest } from './instant.ts';
import { causeLine, isBefore, podSigns, type Sign } from './pod-failure.ts';
import { newPods, newReplicaSet } from './rollout-pods.ts';
import { rolloutProgress, workloadName } from './rollout-progress.ts';
import type { WantedRollout } from './wanted-rollout.ts';

/** One workload's part in a rollout. */
export type WorkloadStatus =
  /** `sign`: the worst that was seen so far, if anything. */
  | { readonly status: 'running'; readonly waitingFor: string; readonly sign: Sign | null; readonly pods: readonly PodSummary[] }
  | { readonly status: 'ready'; readonly pods: readonly PodSummary[]; readonly warnings: readonly string[]; readonly readyAt: Instant | null }
  | { readonly status: 'failed'; readonly cause: string; readonly pods: readonly PodSummary[] };

type JudgedPod = { readonly pod: ObservedPod; readonly proof: DigestProof };

/** Judges one workload whose template carries the release, worst news first; a rollout that is through is never failed by old signs. */
export function workloadStatus(workload: ObservedWorkload, snapshot: ClusterSnapshot, want: WantedRollout, now: Instant): WorkloadStatus {
  const progress = rolloutProgress(workload);
  if (progress.progress === 'stuck') return { status: 'failed', cause: progress.cause, pods: [] };
  const observed = workload.observedGeneration >= workload.generation;
  const judged = (observed ? newPods(workload, snapshot) : []).map((pod) => ({ pod, proof: proveDigest(pod, workload, want.release, want.mirror) }));
  const pods = judged.map(({ pod, proof }) => ({ name: pod.name, ready: pod.ready, digest: proof.digest }));

  const [other] = judged.flatMap(({ pod, proof }) => (proof.proof === 'other' ? [otherDigestCause(pod, proof.digest, want)] : []));
  if (other !== undefined) return { status: 'failed', cause: other, pods };

  const ready = judged.filter(({ pod }) => pod.ready);
  if (progress.progress === 'done' && ready.length >= progress.expected) {
    const warnings = [...partialWarning(workload, progress.kept), ...unprovenWarning(workload, ready, want)];
    return { status: 'ready', pods, warnings, readyAt: lastReady(ready) };
  }
  // Deployments and pods are two watches: their news may come in either order.
  const listed = `${workloadName(workload)}: ${ready.length} new pods listed as Ready`;
  const waitingFor = progress.progress === 'waiting' ? progress.waitingFor : listed;
  const sign = observed ? worstSign(workload, judged, snapshot, want) : null;
  if (sign !== null && sign.failsAt !== null && elapsed(sign.failsAt, now) >= 0) return { status: 'failed', cause: sign.cause, pods };
  const exceeded = observed ? progressDeadlineExceeded(workload, want) : null;
  if (exceeded !== null) return { status: 'failed', cause: sign?.cause ?? exceeded, pods };
  return { status: 'running', waitingFor, sign, pods };
}

/** The sign whose grace ends first, else the first that only the deadline ends. */
function worstSign(workload: ObservedWorkload, judged: readonly JudgedPod[], snapshot: ClusterSnapshot, want: WantedRollout): Sign | null {
  const signs = [
    ...creationSigns(workload, snapshot, want),
    ...judged.flatMap(({ pod }) => podSigns(pod, snapshot.events, want.policy, want.watchingSince)),
    ...blockingSigns(workload, snapshot),
  ];
  const endOfGrace = ({ failsAt }: Sign) => (failsAt === null ? Infinity : Date.parse(failsAt));
  return signs.reduce<Sign | null>((worst, sign) => (worst === null || endOfGrace(sign) < endOfGrace(worst) ? sign : worst), null);
}

/** Quota, admission and pod security refuse before there is a pod: a ReplicaSet says so in a condition, other controllers in events. */
function creationSigns(workload: ObservedWorkload, snapshot: ClusterSnapshot, { policy, watchingSince }: WantedRollout): readonly Sign[] {
  if (workload.kind === 'Deployment') {
    const replicaSet = newReplicaSet(workload, snapshot);
    const failure = replicaSet?.conditions.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
    if (replicaSet === null || failure === undefined) return [];
    const begun = latest(failure.since ?? watchingSince, watchingSince);
    return [{ cause: causeLine(`ReplicaSet ${replicaSet.name}`, failure.reason, failure.message), failsAt: later(begun, policy.configGrace) }];
  }
  return snapshot.events
    .filter(({ objectUid, reason, lastSeen }) => objectUid === workload.uid && reason === 'FailedCreate' && !isBefore(lastSeen, watchingSince))
    .map(({ reason, message, firstSeen, lastSeen }) => {
      // An event stays when its reason is gone: only one that was repeated after the grace still holds.
      const failsAt = later(latest(firstSeen, watchingSince), policy.configGrace);
      return { cause: causeLine(workloadName(workload), reason, message), failsAt: elapsed(failsAt, lastSeen) >= 0 ? failsAt : null };
    });
}

/**
 * A StatefulSet replaces no pod while one is not Ready, not even that one: a bad release keeps the next from arriving
 * (kubernetes/kubernetes#67250). It may become Ready by itself, so only the deadline ends that.
 */
function blockingSigns({ kind, uid, revision }: ObservedWorkload, { pods }: ClusterSnapshot): readonly Sign[] {
  if (kind !== 'StatefulSet') return [];
  const blocking = pods.filter((pod) => pod.ownerUid === uid && pod.labels['controller-revision-hash'] !== revision && !pod.ready && !pod.deleting);
  return blocking.map(({ name }) => ({ cause: `pod ${name}: not Ready on an earlier revision, and its StatefulSet waits for it: kubectl delete pod ${name}`, failsAt: null }));
}

/**
 * The cause if Kubernetes has given up waiting, by its condition's reason alone, as kubectl reads it. A condition from before we
 * watched is the news of an earlier attempt: the controller goes on trying, so a redrive waits for its own deadline instead.
 */
function progressDeadlineExceeded(workload: ObservedWorkload, { watchingSince }: WantedRollout): string | null {
  const condition = workload.conditions.find(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded');
  if (condition === undefined || (condition.since !== null && isBefore(condition.since, watchingSince))) return null;
  return causeLine(workloadName(workload), condition.reason, condition.message);
}

function otherDigestCause(pod: ObservedPod, digest: string, { release }: WantedRollout): string {
  return causeLine(`pod ${pod.name}`, 'runs another image', `${digest} is not of ${release.repository}:${release.tag}@${release.digest}`);
}

function partialWarning(workload: ObservedWorkload, kept: number): readonly string[] {
  return kept === 0 ? [] : [`${workloadName(workload)}: partial: its partition keeps ${kept} of ${workload.replicas} pods on the previous revision`];
}

function unprovenWarning(workload: ObservedWorkload, ready: readonly JudgedPod[], { release }: WantedRollout): readonly string[] {
  const unproven = ready.filter(({ proof }) => proof.proof === 'unproven').length;
  return unproven === 0 ? [] : [`${workloadName(workload)}: digest unproven: ${unproven} of ${ready.length} pods run the tag ${release.tag} and report no digest of the release; deploy tag@digest`];
}

function lastReady(ready: readonly JudgedPod[]): Instant | null {
  const instants = ready.flatMap(({ pod }) => (pod.readySince === null ? [] : [pod.readySince]));
  return instants.length === 0 ? null : instants.reduce(latest);
}
