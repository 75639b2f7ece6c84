import { randomBytes } from 'node:crypto';
import { type Clock, timestamp } from '../clock.ts';
import type { Occurrence } from '../events.ts';
import type { Container, ContainerStatus, Pod, Terminated } from '../objects.ts';

/**
 * What goes wrong with a pod: in its first container, except for `unschedulable`, and for `bad-init`, which is of its first init container.
 * Asked anew at each attempt, so that a fault can heal.
 */
export type Fault = 'bad-pull' | 'bad-config' | 'bad-crash' | 'bad-oom' | 'never-ready' | 'bad-init' | 'unschedulable';

/** Delays of the simulated kubelet in milliseconds. */
export type KubeletTimes = {
  readonly schedule: number;
  readonly pull: number;
  readonly start: number;
  /** From running to Ready, for a container with a readiness probe; without one it is Ready as soon as it runs. */
  readonly ready: number;
  readonly crash: number;
  /** Back-off of pulls and restarts: first, and longest after doubling. */
  readonly backOff: number;
  readonly maxBackOff: number;
  readonly probePeriod: number;
  readonly stop: number;
};

export const DEFAULT_TIMES: KubeletTimes = {
  schedule: 5, pull: 40, start: 40, ready: 150, crash: 100, backOff: 10_000, maxBackOff: 300_000, probePeriod: 10_000, stop: 40,
};

/** One container of a live pod, as its life sees it. */
export type ContainerHost = {
  readonly container: Container;
  readonly times: KubeletTimes;
  readonly now: Clock['now'];
  /** As Clock.after, but the callback does not run once the pod is being deleted. */
  after(ms: number, run: () => void): void;
  pod(): Pod;
  status(): ContainerStatus;
  set(change: Partial<ContainerStatus>): void;
  record(occurrence: Omit<Occurrence, 'fieldPath'>): void;
  fault(): Fault | undefined;
  /** What runs in it; without one the container only seems to run. */
  readonly program?: Program;
  /** Of an init container: what comes once it has ended well. */
  readonly completed?: () => void;
};

/** What a container runs as a process of this machine. */
export type Program = {
  /** How to start it now, or why the container can't be created. `ended` hears of its end, unless the pod is being deleted. */
  prepare(): { readonly run: (ended: (exitCode: number, reason: string) => void) => void } | { readonly obstacle: string };
};

/** Pulls the image, backing off while that fails; `then` goes on with the imageID. */
export function pullImage(host: ContainerHost, then: (imageId: string) => void, attempt = 0): void {
  const { image } = host.container;
  host.record({ type: 'Normal', reason: 'Pulling', message: `Pulling image "${image}"` });
  host.after(host.times.pull, () => {
    const imageId = host.fault() === 'bad-pull' ? null : imageIdOf(image);
    if (imageId === null) {
      failPull(host, () => pullImage(host, then, attempt + 1), attempt);
      return;
    }
    host.record({ type: 'Normal', reason: 'Pulled', message: `Successfully pulled image "${image}" in ${host.times.pull}ms (${host.times.pull}ms including waiting).` });
    then(imageId);
  });
}

/** `registry/repository@sha256:…`; null for a reference without a digest: there is no registry here to ask for one. */
function imageIdOf(reference: string): string | null {
  const [, repository, digest] = /^(.+?)(?::[\w.-]+)?(?:@(sha256:[0-9a-f]{64}))?$/.exec(reference) ?? [];
  return repository === undefined || digest === undefined ? null : `${repository}@${digest}`;
}

function failPull(host: ContainerHost, again: () => void, attempt: number): void {
  const { image } = host.container;
  const message = `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
  host.set({ state: { waiting: { reason: 'ErrImagePull', message } } });
  host.record({ type: 'Warning', reason: 'Failed', message: `Failed to pull image "${image}": ${message}` });
  host.record({ type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' });
  host.after(host.times.pull, () => {
    host.set({ state: { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}": ErrImagePull: ${message}` } } });
    host.record({ type: 'Normal', reason: 'BackOff', message: `Back-off pulling image "${image}"` });
    host.record({ type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' });
    host.after(backOff(host.times, attempt), again);
  });
}

/** Creates and starts the container; from here on it lives, fails or restarts by its program, and without one by its fault. */
export function startContainer(host: ContainerHost, imageID: string, restarted: Partial<ContainerStatus> = {}): void {
  host.after(host.times.start, () => {
    const prepared = prepare(host);
    if ('obstacle' in prepared) {
      const message = prepared.obstacle;
      host.set({ state: { waiting: { reason: 'CreateContainerConfigError', message } } });
      host.record({ type: 'Warning', reason: 'Failed', message: `Error: ${message}` });
      // A kubelet looks again at each sync of the pod, about as often as it probes.
      host.after(host.times.probePeriod, () => startContainer(host, imageID, restarted));
      return;
    }
    host.record({ type: 'Normal', reason: 'Created', message: `Created container: ${host.container.name}` });
    host.record({ type: 'Normal', reason: 'Started', message: `Started container ${host.container.name}` });
    const startedAt = timestamp(host.now());
    const containerID = `containerd://${randomBytes(32).toString('hex')}`;
    host.set({ ...restarted, state: { running: { startedAt } }, imageID, containerID, ...atStart(host) });
    prepared.run((exitCode, reason) => crash(host, exitCode, reason));
  });
}

function prepare(host: ContainerHost): ReturnType<Program['prepare']> {
  if (host.fault() === 'bad-config') return { obstacle: `secret "${host.container.name}-settings" not found` };
  return host.program?.prepare() ?? { run: () => (host.completed === undefined ? pretend(host) : pretendToInitialize(host, host.completed)) };
}

/** What a container is as soon as it runs: what a program is besides, its probes find out. */
function atStart(host: ContainerHost): Pick<ContainerStatus, 'started' | 'ready'> {
  const probed = host.container.readinessProbe !== undefined;
  if (host.completed !== undefined) return { started: false, ready: false };
  if (host.program === undefined) return { started: true, ready: !probed && !['bad-crash', 'bad-oom', 'never-ready'].includes(host.fault() ?? '') };
  const started = host.container.startupProbe === undefined;
  return { started, ready: started && !probed };
}

function pretend(host: ContainerHost): void {
  const { times } = host;
  const fault = host.fault();
  if (fault === 'bad-crash') host.after(times.crash, () => crash(host, 1, 'Error'));
  else if (fault === 'bad-oom') host.after(times.crash, () => crash(host, 137, 'OOMKilled'));
  else if (fault === 'never-ready') host.after(times.ready, () => failProbe(host));
  else if (!host.status().ready) host.after(times.ready, () => host.set({ ready: true }));
}

function pretendToInitialize(host: ContainerHost, completed: () => void): void {
  host.after(host.times.crash, () => {
    if (host.fault() === 'bad-init') {
      crash(host, 1, 'Error');
      return;
    }
    host.set({ state: { terminated: terminated(host, 0, 'Completed') }, ready: true });
    completed();
  });
}

function terminated(host: ContainerHost, exitCode: number, reason: string): Terminated {
  const { state, containerID = '' } = host.status();
  const finishedAt = timestamp(host.now());
  return { exitCode, reason, startedAt: state.running?.startedAt ?? finishedAt, finishedAt, containerID };
}

function failProbe(host: ContainerHost): void {
  if (host.fault() !== 'never-ready') {
    host.set({ ready: true });
    return;
  }
  host.record({ type: 'Warning', reason: 'Unhealthy', message: 'Readiness probe failed: HTTP probe failed with statuscode: 503' });
  host.after(host.times.probePeriod, () => failProbe(host));
}

/** A first crash restarts at once; from the second on the kubelet backs off, ten seconds and then twice as long each time. */
function crash(host: ContainerHost, exitCode: number, reason: string): void {
  const { restartCount, imageID, lastState } = host.status();
  const last = { terminated: terminated(host, exitCode, reason) };
  host.set({ state: last, ready: false, started: false });
  const restart = () => {
    host.record({ type: 'Normal', reason: 'Pulled', message: `Container image "${host.container.image}" already present on machine` });
    startContainer(host, imageID, { restartCount: restartCount + 1, lastState: last });
  };
  if (lastState.terminated === undefined) {
    restart();
    return;
  }
  const delay = backOff(host.times, restartCount - 1);
  const { name, namespace, uid } = host.pod().metadata;
  const where = `pod=${name}_${namespace}(${uid})`;
  const message = `back-off ${goDuration(delay)} restarting failed container=${host.container.name} ${where}`;
  host.set({ state: { waiting: { reason: 'CrashLoopBackOff', message } }, lastState: last });
  host.record({ type: 'Warning', reason: 'BackOff', message: `Back-off restarting failed container ${host.container.name} in pod ${name}_${namespace}(${uid})` });
  host.after(delay, restart);
}

function backOff({ backOff: first, maxBackOff }: KubeletTimes, attempt: number): number {
  return Math.min(first * 2 ** attempt, maxBackOff);
}

/** As Go prints a duration: `10s`, `1m20s`, `500ms`. */
function goDuration(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  const minutes = Math.floor(ms / 60_000);
  return `${minutes > 0 ? `${minutes}m` : ''}${(ms % 60_000) / 1000}s`;
}
