import type { ObservedApplication } from '../domain/application.ts';
import { CLAIM_LOST, holdsClaim } from '../domain/claim.ts';
import { type Deployment, resumed, type StepResult, withoutWatch } from '../domain/deployment.ts';
import { RefusedError, TimeoutError, UnavailableError } from '../domain/errors.ts';
import { earliest, elapsed, type Instant, later } from '../domain/instant.ts';
import { causeOfEnd } from '../domain/rollback.ts';
import { sliceEnd, watchingSince } from '../domain/slice.ts';
import { operationEnd, type OperationEnd, type WantedEnd } from '../domain/verify.ts';
import type { ArgoCd, OpenArgoCd } from '../ports/argo-cd.ts';
import type { Clock } from '../ports/clock.ts';
import type { ServiceStore, TargetStore } from '../ports/deployment-store.ts';
import type { SmokeCheck } from '../ports/smoke-check.ts';
import { begunEarly } from './begun-early.ts';
import { brokenOff } from './broken-off.ts';
import { defineStep } from './step.ts';
import { readTargetConfig, type TargetConfig } from './target-config.ts';
import { wantedEnd } from './wanted-end.ts';
import { watchSlice } from './watch-slice.ts';
import { TargetStepInput } from './wire.ts';

type Ports = {
  readonly services: Pick<ServiceStore, 'service'>;
  readonly targets: Pick<TargetStore, 'target'>;
  readonly argocd: OpenArgoCd;
  readonly smoke: SmokeCheck;
  readonly clock: Clock;
};

type Status = 'running' | 'succeeded' | 'failed' | 'superseded';
type Verdict = { readonly status: 'running' | 'succeeded' } | { readonly status: 'failed'; readonly cause: string };

/** Until when this invocation looks, and until when the release may take. */
type Limits = { readonly slice: Instant; readonly deadline: Instant };

const SMOKE_PAUSE_MS = 2000;

/** What is left once the new pods are Ready: the operation's later waves and hooks, then the smoke check. */
export const verifyRelease = defineStep({
  name: 'verify-release',
  input: TargetStepInput,
  async run(ports: Ports, input: TargetStepInput): Promise<StepResult<Status>> {
    const { clock, targets } = ports;
    const slice = sliceEnd(clock.now(), clock.remaining());
    const deployment = begin(input, clock.now());
    const config = begunEarly(readTargetConfig(ports.services, deployment));
    if (!holdsClaim(await targets.target(deployment), input.execution, deployment)) {
      return { status: 'superseded', deployment: { ...withoutWatch(deployment), cause: causeOfEnd(deployment, 'superseded', CLAIM_LOST) } };
    }
    try {
      return conclude(deployment, await verify(ports, deployment, { slice, config: await config }), clock.now());
    } catch (error) {
      return brokenOff(error, input.deployment, deployment);
    }
  },
});

/** A deployment whose clock of this step runs. */
type Watched = Deployment & { readonly watchingSince: Instant };

function begin({ deployment, redrives, redrivenAt }: TargetStepInput, now: Instant): Watched {
  const since = watchingSince({ since: deployment.watchingSince, after: deployment.marks.noticed, redrivenAt }, now);
  return { ...resumed(deployment, { redrives, redrivenAt }), watchingSince: since };
}

async function verify(ports: Ports, deployment: Watched, { slice, config }: { readonly slice: Instant; readonly config: TargetConfig }): Promise<Verdict> {
  const limits = { slice, deadline: later(deployment.watchingSince, config.environment.policy.verifyTimeout) };
  const ended = await awaitOperation(ports, config, deployment, limits);
  return ended.status === 'succeeded' ? passSmokeCheck(ports, config, limits) : ended;
}

async function awaitOperation({ argocd, clock }: Ports, config: TargetConfig, deployment: Deployment, limits: Limits): Promise<Verdict> {
  const server = await argocd(config.target.argocd);
  const last = await lastEnd(server, clock, { config, want: wantedEnd(config, deployment), until: earliest(limits.slice, limits.deadline) });
  switch (last.end) {
    case 'well':
      return { status: 'succeeded' };
    case 'failed':
      return { status: 'failed', cause: last.cause };
    case 'unknown':
      throw new RefusedError(`${last.message}; redrive to find out`);
    case 'running':
      if (elapsed(limits.deadline, clock.now()) < 0) return { status: 'running' };
      if (!last.ours) throw new RefusedError(`${last.reason}, so the release could not be verified; end what holds it up, then redrive`);
      return { status: 'failed', cause: `not verified in time: ${last.reason}` };
  }
}

type Following = { readonly config: TargetConfig; readonly want: WantedEnd; readonly until: Instant };

/** How the operation ended, or `running` once the time is up. However late it is, one look is taken. */
async function lastEnd(server: ArgoCd, clock: Clock, { config, want, until }: Following): Promise<OperationEnd> {
  const ref = config.target.application;
  let last = operationEnd(await server.application(ref), want);
  if (last.end !== 'running') return last;
  const ended = await watchSlice<ObservedApplication, OperationEnd>(clock, {
    endsAt: until,
    open: (signal) => server.watch(ref, signal),
    look(application) {
      last = operationEnd(application, want);
      return last.end === 'running' ? { recheckAt: until } : { answer: last };
    },
  });
  return ended ?? last;
}

/** Asked again until it answers as it should. An answer that stays wrong is the release's; none at all is the network's. */
async function passSmokeCheck({ smoke, clock }: Ports, { target }: TargetConfig, limits: Limits): Promise<Verdict> {
  if (target.smoke === undefined) return { status: 'succeeded' };
  const { url, status } = target.smoke;
  for (;;) {
    const answer = await ask(smoke, url);
    if ('status' in answer && answer.status === status) return { status: 'succeeded' };
    const now = clock.now();
    if (elapsed(limits.deadline, now) >= 0) {
      if ('silence' in answer) throw new RefusedError(`Smoke check ${url} never answered: ${answer.silence}; check the URL, and that this network reaches it`);
      return { status: 'failed', cause: `smoke check ${url} answered ${answer.status}, not ${status}: ${answer.line}` };
    }
    if (elapsed(limits.slice, now) >= 0) return { status: 'running' };
    await clock.sleep(Math.max(1, Math.min(SMOKE_PAUSE_MS, elapsed(now, earliest(limits.slice, limits.deadline)))), new AbortController().signal);
  }
}

async function ask(smoke: SmokeCheck, url: string): Promise<{ readonly status: number; readonly line: string } | { readonly silence: string }> {
  try {
    return await smoke.get(url);
  } catch (error) {
    if (error instanceof UnavailableError || error instanceof TimeoutError) return { silence: error.message };
    throw error;
  }
}

function conclude(deployment: Deployment, verdict: Verdict, now: Instant): StepResult<Status> {
  switch (verdict.status) {
    case 'running':
      return { status: 'running', deployment };
    case 'succeeded':
      return { status: 'succeeded', deployment: { ...withoutWatch(deployment), marks: { ...deployment.marks, verified: now } } };
    case 'failed':
      return { status: 'failed', deployment: { ...withoutWatch(deployment), cause: causeOfEnd(deployment, 'failed', verdict.cause) } };
  }
}
