import { holdsClaim } from '../domain/claim.ts';
import { EMPTY_SNAPSHOT } from '../domain/cluster.ts';
import { type Deployment, type StepResult, targetName } from '../domain/deployment.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { type Instant, latest } from '../domain/instant.ts';
import { rolloutStatus, type RolloutStatus } from '../domain/rollout.ts';
import type { Target } from '../domain/service.ts';
import { sliceEnd, watchingSince } from '../domain/slice.ts';
import { gatingWorkloads, type GatingWorkload, type WantedRollout } from '../domain/wanted-rollout.ts';
import type { ArgoCd, OpenArgoCd } from '../ports/argo-cd.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterSelection, OpenCluster } from '../ports/cluster.ts';
import type { ServiceStore, TargetStore } from '../ports/deployment-store.ts';
import { defineStep } from './step.ts';
import { watchSlice } from './watch-slice.ts';
import { TargetStepInput } from './wire.ts';

type Ports = {
  readonly services: ServiceStore;
  readonly targets: TargetStore;
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

type Decided = { readonly verdict: Exclude<RolloutStatus, { status: 'running' }>; readonly receivedAt: Instant };

/** The new pods are Ready on the release's digest, or a reason why they never will be. */
export const checkRollout = defineStep({
  name: 'check-rollout',
  input: TargetStepInput,
  async run(ports: Ports, input: TargetStepInput): Promise<StepResult<CheckRolloutStatus>> {
    const { clock } = ports;
    const endsAt = sliceEnd(clock.now(), clock.remaining());
    if (!(await holdsTheClaim(ports, input))) return superseded(input.deployment);
    const deployment = { ...input.deployment, watchingSince: beginning(input, clock.now()) };
    const { target, policy } = await configured(ports, deployment);
    const argocd = await ports.argocd(target.argocd);
    const want: WantedRollout = {
      release: deployment.release,
      mirror: target.image,
      live: await argocd.workloads(target.application),
      workloads: target.workloads,
      policy,
      watchingSince: deployment.watchingSince,
      application: target.application.name,
      cluster: target.cluster.name,
    };
    const decided = await watchRollout(ports, target, want, endsAt);
    if (decided === null) return { status: 'running', deployment };
    if (decided.verdict.status === 'failed') {
      // A newer release may have changed the template under our watch: then this one did not fail.
      if (!(await holdsTheClaim(ports, input))) return superseded(deployment);
      return { status: 'failed', deployment: { ...withoutWatch(deployment), pods: decided.verdict.pods, cause: decided.verdict.cause } };
    }
    const status = target.smoke === undefined && (await operationEnded(argocd, target)) ? 'succeeded' : 'ready';
    return { status, deployment: rolledOut(deployment, decided.verdict, decided.receivedAt, clock.now()) };
  },
});

async function holdsTheClaim({ targets }: Ports, { execution, deployment }: TargetStepInput): Promise<boolean> {
  return holdsClaim(await targets.target(deployment), execution, deployment);
}

function superseded(deployment: Deployment): StepResult<'superseded'> {
  return { status: 'superseded', deployment: { ...withoutWatch(deployment), cause: 'superseded: the claim of the target went to another execution' } };
}

/** `watchingSince` is this step's only while it watches; the next step has a clock of its own. */
function withoutWatch({ watchingSince: _ended, ...deployment }: Deployment): Deployment {
  return deployment;
}

function beginning({ deployment, redrivenAt }: TargetStepInput, now: Instant): Instant {
  return watchingSince({ since: deployment.watchingSince, after: deployment.marks.applied, redrivenAt }, now);
}

async function configured({ services }: Ports, deployment: Deployment): Promise<{ target: Target; policy: WantedRollout['policy'] }> {
  const service = await services.service(deployment.service);
  const environment = service?.environments[deployment.environment];
  const target = environment?.targets[deployment.target];
  if (environment === undefined || target === undefined) {
    throw new ConfigurationError(`${targetName(deployment)} is no longer in the configuration; run slipway apply with a slipway.yaml that has it, then redrive.`);
  }
  return { target, policy: environment.policy };
}

/** Null when the slice is over. */
async function watchRollout({ cluster: openCluster, clock }: Ports, target: Target, want: WantedRollout, endsAt: Instant): Promise<Decided | null> {
  const selection = selectionOf(gatingWorkloads(want), want);
  if (selection === null) return decide(rolloutStatus(EMPTY_SNAPSHOT, want, clock.now()), clock.now());
  const cluster = await openCluster(target.cluster);
  return watchSlice(clock, {
    endsAt,
    open: (signal) => cluster.watch(selection, signal),
    look(snapshot, now, receivedAt) {
      const verdict = rolloutStatus(snapshot, want, now);
      return verdict.status === 'running' ? { recheckAt: verdict.recheckAt } : { answer: { verdict, receivedAt } };
    },
  });
}

function decide(verdict: RolloutStatus, receivedAt: Instant): Decided | null {
  return verdict.status === 'running' ? null : { verdict, receivedAt };
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

/** Later waves and hooks may still run, or have ended badly, after the pods are Ready: VerifyRelease finds out whose they are. */
async function operationEnded(argocd: ArgoCd, { application }: Target): Promise<boolean> {
  const { operationRequested, operation } = await argocd.application(application);
  return !operationRequested && (operation === null || operation.phase === 'Succeeded');
}

function rolledOut(deployment: Deployment, { pods, warnings }: Extract<RolloutStatus, { status: 'ready' }>, receivedAt: Instant, now: Instant): Deployment {
  const ready = latest(deployment.marks.applied ?? receivedAt, receivedAt);
  return {
    ...withoutWatch(deployment),
    marks: { ...deployment.marks, ready, noticed: latest(ready, now) },
    pods,
    warnings: [...new Set([...(deployment.warnings ?? []), ...warnings])],
  };
}
