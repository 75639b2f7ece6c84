import { CLAIM_LOST, holdsClaim } from '../domain/claim.ts';
import { type ClusterSnapshot, EMPTY_SNAPSHOT } from '../domain/cluster.ts';
import { type Deployment, goalOf, resumed, type StepResult, withoutWatch } from '../domain/deployment.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { type Instant, latest } from '../domain/instant.ts';
import { causeOfEnd } from '../domain/rollback.ts';
import { rolloutStatus, type RolloutStatus } from '../domain/rollout.ts';
import type { Target } from '../domain/service.ts';
import { sliceEnd, watchingSince } from '../domain/slice.ts';
import { endedWell } from '../domain/verify.ts';
import { gatingWorkloads, type GatingWorkload, type WantedRollout } from '../domain/wanted-rollout.ts';
import type { ArgoCd, OpenArgoCd } from '../ports/argo-cd.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cluster, ClusterSelection, OpenCluster } from '../ports/cluster.ts';
import type { ServiceStore, TargetStore } from '../ports/deployment-store.ts';
import { begunEarly } from './begun-early.ts';
import { brokenOff } from './broken-off.ts';
import { defineStep } from './step.ts';
import { readTargetConfig, type TargetConfig } from './target-config.ts';
import { wantedEnd } from './wanted-end.ts';
import { type Look, watchSlice } from './watch-slice.ts';
import { TargetStepInput } from './wire.ts';

export type CheckRolloutPorts = {
  readonly services: Pick<ServiceStore, 'service'>;
  readonly targets: Pick<TargetStore, 'target'>;
  readonly argocd: OpenArgoCd;
  readonly cluster: OpenCluster;
  readonly clock: Clock;
};

/**
 * - `running`: the slice is over, enter the step again.
 * - `ready`: the new pods are Ready on the release's digest; the operation or a smoke check is left to VerifyRelease.
 * - `succeeded`: the same, and nothing is left.
 * - `failed`: the release is bad, `cause` says why.
 * - `superseded`: the claim went to a newer release.
 */
export type CheckRolloutStatus = 'running' | 'ready' | 'succeeded' | 'failed' | 'superseded';

/** A deployment whose clock of this step runs. */
type Watched = Deployment & { readonly watchingSince: Instant };

/** `overtaken`: the claim went to a newer release, and its template replaced ours. */
type Decided = 'overtaken' | { readonly verdict: Exclude<RolloutStatus, { status: 'running' }>; readonly receivedAt: Instant };

/** The new pods are Ready on the release's digest, or a reason why they never will be. */
export const checkRollout = defineStep({
  name: 'check-rollout',
  input: TargetStepInput,
  async run(ports: CheckRolloutPorts, input: TargetStepInput): Promise<StepResult<CheckRolloutStatus>> {
    const { clock } = ports;
    const endsAt = sliceEnd(clock.now(), clock.remaining());
    const config = begunEarly(readTargetConfig(ports.services, input.deployment));
    if (!(await holdsTheClaim(ports, input))) return superseded(input.deployment);
    const deployment = begin(input, clock.now());
    try {
      return await check(ports, input, deployment, { endsAt, config: await config });
    } catch (error) {
      return brokenOff(error, input.deployment, deployment);
    }
  },
});

type Circumstances = { readonly endsAt: Instant; readonly config: TargetConfig };

async function check(ports: CheckRolloutPorts, input: TargetStepInput, deployment: Watched, { endsAt, config }: Circumstances): Promise<StepResult<CheckRolloutStatus>> {
  const { environment, target } = config;
  const opening = begunEarly(ports.cluster(target.cluster));
  const argocd = await ports.argocd(target.argocd);
  const want: WantedRollout = {
    release: goalOf(deployment),
    mirror: target.image,
    live: await argocd.workloads(target.application),
    workloads: target.workloads,
    policy: environment.policy,
    watchingSince: deployment.watchingSince,
    application: target.application.name,
    cluster: target.cluster.name,
  };
  const askEarly = onChange(async () => endedWell(await argocd.application(target.application), wantedEnd(config, deployment)));
  const slice = { endsAt, mayGoOn: () => holdsTheClaim(ports, input), whileRunning: askEarly.look };
  const decided = await watchRollout(ports.clock, opening, want, slice);
  if (decided === null) return { status: 'running', deployment };
  if (decided === 'overtaken') return superseded(deployment);
  const { verdict, receivedAt } = decided;
  if (verdict.status === 'failed') {
    // A newer release may have changed the template under our watch: then this one did not fail.
    if (!(await holdsTheClaim(ports, input))) return superseded(deployment);
    return { status: 'failed', deployment: { ...withoutWatch(deployment), pods: verdict.pods, cause: causeOfEnd(deployment, 'failed', verdict.cause) } };
  }
  const status = target.smoke === undefined && ((await askEarly.answer()) || (await operationEnded(argocd, target))) ? 'succeeded' : 'ready';
  return { status, deployment: rolledOut(deployment, verdict, receivedAt, ports.clock.now()) };
}

async function holdsTheClaim({ targets }: CheckRolloutPorts, { execution, deployment }: TargetStepInput): Promise<boolean> {
  return holdsClaim(await targets.target(deployment), execution, deployment);
}

function superseded(deployment: Deployment): StepResult<'superseded'> {
  return { status: 'superseded', deployment: { ...withoutWatch(deployment), cause: causeOfEnd(deployment, 'superseded', CLAIM_LOST) } };
}

function begin({ deployment, redrives, redrivenAt }: TargetStepInput, now: Instant): Watched {
  const since = watchingSince({ since: deployment.watchingSince, after: deployment.marks.applied, redrivenAt }, now);
  return { ...resumed(deployment, { redrives, redrivenAt }), watchingSince: since };
}

/** `whileRunning` is called after each look that decides nothing. */
type Slice = { readonly endsAt: Instant; readonly mayGoOn: () => Promise<boolean>; readonly whileRunning: () => void };

/** Null when the slice is over. */
async function watchRollout(clock: Clock, opening: Promise<Cluster>, want: WantedRollout, { endsAt, mayGoOn, whileRunning }: Slice): Promise<Decided | null> {
  const selection = selectionOf(gatingWorkloads(want), want);
  const cluster = await opening;
  return watchSlice(clock, {
    endsAt,
    open: (signal) => (selection === null ? emptyCluster() : cluster.watch(selection, signal)),
    async look(snapshot, now, receivedAt): Promise<Look<Decided>> {
      const verdict = rolloutStatus(snapshot, want, now);
      if (verdict.status !== 'running') return { answer: { verdict, receivedAt } };
      // Waiting for a template that a newer release has replaced would only end with the slice.
      if (verdict.unapplied === true && !(await mayGoOn())) return { answer: 'overtaken' };
      whileRunning();
      return { recheckAt: verdict.recheckAt };
    },
  });
}

/** What an Application without a workload of the release looks like: judged as any other. */
async function* emptyCluster(): AsyncGenerator<ClusterSnapshot> {
  yield EMPTY_SNAPSHOT;
}

/** What to watch; null where the Application has nothing of the release. */
function selectionOf(workloads: readonly GatingWorkload[], { application, release }: WantedRollout): ClusterSelection | null {
  const namespaces = [...new Set(workloads.map(({ namespace }) => namespace))];
  const [namespace] = namespaces;
  if (namespace === undefined) return null;
  if (namespaces.length > 1) {
    throw new ConfigurationError(`Application ${application} runs ${release.repository} in the namespaces ${namespaces.join(' and ')}, a target watches one; give each an Application and a target of its own.`);
  }
  return { namespace, kinds: [...new Set(workloads.map(({ kind }) => kind))] };
}

/**
 * Asks once, when the rollout has moved on since the first look: by then an operation without hooks has ended, and the pods have not.
 * What is not known early is asked at the end.
 */
function onChange(ask: () => Promise<boolean>): { readonly look: () => void; readonly answer: () => Promise<boolean> } {
  let looks = 0;
  let asked: Promise<boolean> | null = null;
  return {
    look() {
      looks++;
      if (looks === 2) asked = ask().catch(() => false);
    },
    answer: async () => asked ?? false,
  };
}

/** Later waves and hooks may still run, or have ended badly, after the pods are Ready: VerifyRelease finds out whose they are. */
async function operationEnded(argocd: ArgoCd, { application }: Target): Promise<boolean> {
  const { operationRequested, operation } = await argocd.application(application);
  return !operationRequested && (operation === null || operation.phase === 'Succeeded');
}

function rolledOut(deployment: Deployment, { pods, warnings, readyAt }: Extract<RolloutStatus, { status: 'ready' }>, receivedAt: Instant, now: Instant): Deployment {
  const ready = latest(deployment.marks.applied ?? receivedAt, receivedAt);
  return {
    ...withoutWatch(deployment),
    marks: { ...deployment.marks, ready, noticed: latest(ready, now) },
    ...(readyAt !== null && { reported: { ...deployment.reported, ready: readyAt } }),
    pods,
    warnings: [...new Set([...(deployment.warnings ?? []), ...warnings])],
  };
}
