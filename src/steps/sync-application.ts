import type { ObservedApplication } from '../domain/application.ts';
import { CLAIM_LOST, holdsClaim } from '../domain/claim.ts';
import { describeEdits } from '../domain/covers.ts';
import { type Deployment, goalOf, resumed, type StepResult, targetName, withoutWatch } from '../domain/deployment.ts';
import { ConfigurationError, RefusedError, UnavailableError } from '../domain/errors.ts';
import { earliest, type Instant, later } from '../domain/instant.ts';
import { isNews } from '../domain/new-commit.ts';
import { causeOfEnd, replacedReleases } from '../domain/rollback.ts';
import { sliceEnd, watchingSince } from '../domain/slice.ts';
import { freshMemory } from '../domain/sync.ts';
import type { OpenArgoCd } from '../ports/argo-cd.ts';
import type { Clock } from '../ports/clock.ts';
import type { ServiceStore, TargetStore } from '../ports/deployment-store.ts';
import type { OpenGitHost } from '../ports/git-host.ts';
import { begunEarly } from './begun-early.ts';
import { brokenOff } from './broken-off.ts';
import { defineStep } from './step.ts';
import { decideOn, type SyncEnd, type SyncWatch } from './sync-watch.ts';
import { editedRepository, readTargetConfig } from './target-config.ts';
import { watchSlice } from './watch-slice.ts';
import { TargetStepInput } from './wire.ts';

type Ports = {
  readonly services: Pick<ServiceStore, 'service'>;
  readonly targets: Pick<TargetStore, 'target'>;
  readonly git: OpenGitHost;
  readonly argocd: OpenArgoCd;
  readonly clock: Clock;
};

type Result = StepResult<'running' | 'applied' | 'failed' | 'superseded'>;

/** Watches until Argo CD has applied our value to the live template, asking for a sync where none begins by itself. */
export const syncApplication = defineStep({
  name: 'sync-application',
  input: TargetStepInput,
  async run(ports: Ports, input: TargetStepInput): Promise<Result> {
    const deployment = begin(resumed(input.deployment, input), input, ports.clock.now());
    const mayWrite = async () => holdsClaim(await ports.targets.target(deployment), input.execution, deployment);
    const opening = begunEarly(openWatch(ports, { input, deployment, mayWrite }));
    if (!(await mayWrite())) return { status: 'superseded', deployment: { ...deployment, cause: causeOfEnd(deployment, 'superseded', CLAIM_LOST) } };
    const watch = await opening;
    try {
      return conclude(deployment, watch, await follow(watch));
    } catch (error) {
      return brokenOff(error, input.deployment, progressOf(deployment, watch));
    }
  },
});

type Begun = Deployment & { readonly watchingSince: Instant; readonly syncRequested: boolean };

/** Starts the clock of this step, and with it its one request: at its first slice, and again at a redrive. */
function begin(deployment: Deployment, { redrivenAt }: TargetStepInput, now: Instant): Begun {
  const since = watchingSince({ since: deployment.watchingSince, after: deployment.marks.committed, redrivenAt }, now);
  return { ...deployment, watchingSince: since, syncRequested: since === deployment.watchingSince && deployment.syncRequested === true };
}

type Opening = { readonly input: TargetStepInput; readonly deployment: Begun; readonly mayWrite: () => Promise<boolean> };

async function openWatch({ services, git, argocd, clock }: Ports, { input, deployment, mayWrite }: Opening): Promise<SyncWatch> {
  const { commit, marks, watchingSince: since } = deployment;
  if (commit === undefined) throw new ConfigurationError(`${targetName(deployment)} has no commit to sync; start a new execution`);
  const { environment, target, edits } = await readTargetConfig(services, deployment);
  const repository = editedRepository(edits, deployment);
  const [host, server] = await Promise.all([git(repository), argocd(target.argocd)]);
  return {
    argocd: server,
    git: host,
    clock,
    ref: target.application,
    edits,
    release: goalOf(deployment),
    replaces: replacedReleases(deployment),
    target,
    execution: input.execution,
    mayWrite,
    want: {
      repository,
      committedAt: marks.committed ?? marks.started,
      pushed: commit.revision !== null && commit.changes.length > 0,
      deadline: later(since, environment.policy.syncTimeout),
      edits: describeEdits(edits),
    },
    memory: freshMemory(commit.head, deployment.syncRequested),
    operation:
      marks.operationStarted === undefined
        ? null
        : { seenAt: marks.operationStarted, revision: deployment.operationRevision ?? commit.head, reported: deployment.reported ?? {} },
  };
}

/** Null when the slice ended before anything was decided. */
async function follow(watch: SyncWatch): Promise<SyncEnd | null> {
  const { argocd, clock, ref, want } = watch;
  const endsAt = earliest(sliceEnd(clock.now(), clock.remaining()), want.deadline);
  const first = await firstLook(watch);
  let latest = first.application;
  const decided = await decideOn(watch, latest, first.asked);
  if (decided.next !== 'wait') return decided;
  const seen = await watchSlice<ObservedApplication, SyncEnd>(clock, {
    endsAt,
    open: (signal) => argocd.watch(ref, signal),
    async look(application) {
      latest = application;
      const answer = await decideOn(watch, application);
      return answer.next === 'wait' ? answer : { answer };
    },
  });
  // Past the deadline even the last observation decides.
  if (seen !== null) return seen;
  const last = await decideOn(watch, latest);
  return last.next === 'wait' ? null : last;
}

/** A commit that is news to Argo CD may be synced without being compared first; for any other, the look begins with a comparison. */
async function firstLook(watch: SyncWatch): Promise<{ readonly application: ObservedApplication; readonly asked: Promise<boolean> | null }> {
  const { argocd, clock, ref, want, memory } = watch;
  if (isNews(want, memory.syncRequested, clock.now())) {
    const asked = begunEarly(watch.mayWrite());
    return { application: await argocd.application(ref), asked };
  }
  watch.memory = { ...memory, compared: true };
  return { application: await argocd.application(ref, 'normal'), asked: null };
}

function conclude(deployment: Deployment, watch: SyncWatch, decided: SyncEnd | null): Result {
  const learned = progressOf(deployment, watch);
  if (decided === null) return { status: 'running', deployment: learned };
  const { next } = decided;
  switch (next) {
    case 'applied':
      return { status: 'applied', deployment: applied(learned, watch.clock.now()) };
    case 'failed':
    case 'superseded':
      return { status: next, deployment: { ...learned, cause: causeOfEnd(learned, next, decided.cause) } };
    case 'errored':
      throw errorOf(decided);
  }
}

function progressOf(deployment: Deployment, { memory, operation }: SyncWatch): Deployment {
  const learned = { ...deployment, syncRequested: memory.syncRequested };
  if (operation === null) return learned;
  const { seenAt, revision, reported } = operation;
  return { ...learned, operationRevision: revision, marks: { ...deployment.marks, operationStarted: seenAt }, reported: { ...deployment.reported, ...reported } };
}

function errorOf({ error, message }: Extract<SyncEnd, { readonly next: 'errored' }>): Error {
  switch (error) {
    case 'ConfigurationError':
      return new ConfigurationError(message);
    case 'RefusedError':
      return new RefusedError(message);
    case 'UnavailableError':
      return new UnavailableError(message);
  }
}

/** Without an operation there was nothing to detect or to apply: both ended now. */
function applied(deployment: Deployment, now: Instant): Deployment {
  return { ...withoutWatch(deployment), marks: { ...deployment.marks, operationStarted: deployment.marks.operationStarted ?? now, applied: now } };
}
