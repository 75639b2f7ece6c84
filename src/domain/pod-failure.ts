import type { ObservedContainer, ObservedEvent, ObservedPod } from './cluster.ts';
import { elapsed, type Instant, later, latest } from './instant.ts';
import { oneLine } from './one-line.ts';
import type { Policy } from './service.ts';

/** How long a sign of failure may last before the release is judged by it. */
export type Graces = Pick<Policy, 'pullGrace' | 'configGrace' | 'crashRestarts' | 'unschedulableGrace'>;

/** Something that keeps a rollout from becoming ready. */
export type Sign = {
  /** Object and reason in one line, as `pod web-7f9: ImagePullBackOff: 403 from registry`. */
  readonly cause: string;
  /** When it is no longer worth waiting for; null if only the rollout's deadline ends it. */
  readonly failsAt: Instant | null;
};

const PULL_REASONS = new Set(['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable']);
const CONFIG_REASONS = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);
/** Nothing that heals without a new template. */
const FINAL_REASONS = new Set(['InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError']);

/**
 * What keeps a pod from becoming Ready, worst first; empty for a pod on its way. Reasons are those of the kubelet's container states
 * and of the scheduler. Graces run from the cluster's own instants, and from `watchingSince` where that is later: a redrive gives an
 * old pod the time to heal.
 */
export function podSigns(pod: ObservedPod, events: readonly ObservedEvent[], graces: Graces, watchingSince: Instant): readonly Sign[] {
  if (pod.ready) return [];
  const signs: Sign[] = [];
  if (pod.unschedulable !== null) {
    const { message, since } = pod.unschedulable;
    signs.push({ cause: podCause(pod, 'Unschedulable', message), failsAt: later(latest(since, watchingSince), graces.unschedulableGrace) });
  }
  for (const container of pod.containers) {
    const sign = containerSign(container, pod, events, graces, watchingSince);
    if (sign !== null) signs.push(sign);
  }
  const warning = lastWarning(pod, events);
  if (signs.length === 0 && warning !== null) signs.push({ cause: podCause(pod, warning.reason, warning.message), failsAt: null });
  return signs;
}

function containerSign(container: ObservedContainer, pod: ObservedPod, events: readonly ObservedEvent[], graces: Graces, since: Instant): Sign | null {
  const { reason, message } = container.waiting ?? { reason: '', message: '' };
  // At once, whatever the cluster's clock says of the pod's age.
  if (FINAL_REASONS.has(reason)) return { cause: podCause(pod, reason, message), failsAt: since };
  const begun = latest(waitingSince(container, pod), since);
  if (PULL_REASONS.has(reason)) return pullSign(pod, reason, message, events, later(begun, graces.pullGrace));
  if (CONFIG_REASONS.has(reason)) return { cause: podCause(pod, reason, message), failsAt: later(begun, graces.configGrace) };
  return crashed(container) ? crashSign(container, pod, graces, since) : null;
}

/** `Back-off pulling image` says nothing of the reason: older kubelets give that in the event alone. */
function pullSign(pod: ObservedPod, reason: string, message: string, events: readonly ObservedEvent[], failsAt: Instant): Sign {
  const failed = events.find((event) => event.objectUid === pod.uid && event.reason === 'Failed' && event.message.startsWith('Failed to pull image'));
  const explained = reason !== 'ImagePullBackOff' || message.includes('ErrImagePull') || failed === undefined;
  return { cause: podCause(pod, reason, (explained ? message : failed.message).replace(PULL_WRAPPINGS, '')), failsAt };
}

/** What kubelet and containerd put before the registry's own words, each with the whole reference: the reason would be cut off. */
const PULL_WRAPPINGS =
  /^(?:(?:Back-off pulling image|Failed to pull image|failed to pull and unpack image|failed to resolve reference) "[^"]*": |ErrImagePull: |rpc error: code = \w+ desc = )+/;

/**
 * A container state has no timestamp while it waits. It waits since the last of: the pod was made, bound to a node, had its init
 * containers through, or a container before it, or itself, ended.
 */
function waitingSince(container: ObservedContainer, pod: ObservedPod): Instant {
  const ended = pod.containers.filter(({ name, init }) => init || name === container.name).map(({ terminated }) => terminated?.finishedAt ?? null);
  const begun = [pod.scheduledAt, container.init ? null : pod.initializedAt, ...ended];
  return begun.reduce<Instant>((last, instant) => (instant === null ? last : latest(last, instant)), pod.createdAt);
}

/** Ended, and not as an init container should. While it runs again it gets its chance. */
function crashed({ waiting, running, terminated, init }: ObservedContainer): boolean {
  if (waiting !== null) return waiting.reason === 'CrashLoopBackOff';
  return !running && terminated !== null && !(init && terminated.exitCode === 0);
}

/** Restarts count once the last of them was seen by us, so that a redrive waits for the next start of a pod that crashed before. */
function crashSign(container: ObservedContainer, pod: ObservedPod, graces: Graces, watching: Instant): Sign {
  const { terminated, restartCount } = container;
  const finished = terminated?.finishedAt ?? null;
  const fatal = restartCount >= graces.crashRestarts && (finished === null || !isBefore(finished, watching));
  const reason = terminated?.reason === 'OOMKilled' ? 'OOMKilled' : 'CrashLoopBackOff';
  const exit = terminated === null ? '' : `exit code ${terminated.exitCode}${restartCount > 0 ? ` after ${restartCount} restart${restartCount === 1 ? '' : 's'}` : ''}`;
  const detail = [`container ${container.name}`, exit, firstLine(terminated?.message ?? '')].filter((part) => part !== '').join(', ');
  return { cause: podCause(pod, reason, detail), failsAt: fatal ? watching : null };
}

function lastWarning(pod: ObservedPod, events: readonly ObservedEvent[]): ObservedEvent | null {
  const own = events.filter(({ objectUid }) => objectUid === pod.uid);
  return own.reduce<ObservedEvent | null>((last, event) => (last !== null && elapsed(last.lastSeen, event.lastSeen) < 0 ? last : event), null);
}

function podCause(pod: ObservedPod, reason: string, message: string): string {
  return causeLine(`pod ${pod.name}`, reason, message);
}

const LONGEST_MESSAGE = 300;

/** `object: reason: message`, with the first line of the message, cut where it gets long. */
export function causeLine(object: string, reason: string, message: string): string {
  return [object, reason, firstLine(message)].filter((part) => part !== '').join(': ');
}

function firstLine(message: string): string {
  return oneLine(message.trim().replace(/\r?\n[^]*/, ''), LONGEST_MESSAGE);
}

/**
 * Whether something that Kubernetes dates to the second may have happened before `other`. Old news must never fail a new attempt, and
 * what is new comes again: so in the second of `other` it counts as before.
 */
export function isBefore(instant: Instant, other: Instant): boolean {
  return elapsed(instant, other) >= 0;
}
