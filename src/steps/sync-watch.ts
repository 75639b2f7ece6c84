import type { ObservedApplication, ObservedOperation } from '../domain/application.ts';
import { CLAIM_LOST } from '../domain/claim.ts';
import { carriesRelease } from '../domain/covers.ts';
import type { Reported } from '../domain/deployment.ts';
import type { Files } from '../domain/edits.ts';
import { NotFoundError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import { liveTemplate } from '../domain/live-template.ts';
import type { Release } from '../domain/release.ts';
import type { ApplicationRef, Edit, Target } from '../domain/service.ts';
import { afterObservation, decideSync, type SyncDecision, type SyncMemory, type WantedSync } from '../domain/sync.ts';
import { ourOperation, runningOperation } from '../domain/sync-evidence.ts';
import type { ArgoCd } from '../ports/argo-cd.ts';
import type { Clock } from '../ports/clock.ts';
import type { GitHost } from '../ports/git-host.ts';

/** One slice of watching one Application: what it works with, and what it has found out so far. */
export type SyncWatch = {
  readonly argocd: ArgoCd;
  readonly git: GitHost;
  readonly clock: Clock;
  readonly ref: ApplicationRef;
  readonly edits: readonly Edit[];
  /** What the target is to run. */
  readonly release: Release;
  /** Releases that it takes the place of. */
  readonly replaces: readonly Release[];
  readonly target: Target;
  /** ARN of the execution, by which people find who asked for the sync. */
  readonly execution: string;
  readonly want: WantedSync;
  /** Whether this execution still has the right to write to the target. */
  readonly mayWrite: () => Promise<boolean>;
  memory: SyncMemory;
  /** The operation with our value, when it was first seen to run, or to have run, and what Argo CD reports of it. */
  operation: SeenOperation | null;
};

export type SeenOperation = { readonly seenAt: Instant; readonly revision: string; readonly reported: Pick<Reported, 'operationStarted' | 'operationFinished'> };

/** A decision that ends the watch; the others are done here. */
export type SyncEnd = Extract<SyncDecision, { readonly next: 'applied' | 'failed' | 'errored' | 'superseded' }>;

/** Nothing to do before the next observation, or `recheckAt`. */
export type SyncWait = { readonly next: 'wait'; readonly recheckAt: Instant };

/**
 * Decides on one observation and does what the decision asks for, until it has ended or must wait.
 *
 * @param asked `mayWrite`, where it was asked beside the observation, for a request that follows at once
 */
export async function decideOn(watch: SyncWatch, observed: ObservedApplication, asked: Promise<boolean> | null = null): Promise<SyncEnd | SyncWait> {
  const receivedAt = watch.clock.now();
  let application = observed;
  watch.memory = afterObservation(watch.memory, application, receivedAt);
  for (let proof = asked; ; proof = null) {
    const decision = decideSync(application, watch.want, watch.memory, watch.clock.now());
    const ours = ourOperation(application, watch.want, watch.memory.covers);
    if (ours !== null) watch.operation = { seenAt: watch.operation?.seenAt ?? receivedAt, revision: ours.revision, reported: reportedOf(ours.operation) };
    switch (decision.next) {
      case 'request-sync':
        return (await requestSync(watch, application, proof ?? watch.mayWrite())) ?? untilNext(watch);
      case 'terminate':
        return (await terminate(watch, decision.operation)) ?? untilNext(watch);
      case 'refresh':
        application = await watch.argocd.application(watch.ref, decision.how);
        watch.memory = { ...afterObservation(watch.memory, application, watch.clock.now()), compared: true, refreshes: new Set([...watch.memory.refreshes, decision.because]) };
        break;
      case 'read-revision':
      case 'read-branch':
      case 'read-live-template':
      case 'read-window':
        watch.memory = { ...watch.memory, ...(await find(watch, decision)) };
        break;
      default:
        return decision;
    }
  }
}

function untilNext({ want }: SyncWatch): SyncWait {
  return { next: 'wait', recheckAt: want.deadline };
}

function reportedOf({ startedAt, finishedAt }: ObservedOperation): SeenOperation['reported'] {
  return { operationStarted: startedAt, ...(finishedAt !== null && { operationFinished: finishedAt }) };
}

type Question = Extract<SyncDecision, { readonly next: `read-${string}` }>;

async function find(watch: SyncWatch, question: Question): Promise<Partial<SyncMemory>> {
  switch (question.next) {
    case 'read-revision':
      return judge(watch, question.revision);
    case 'read-branch':
      return { branch: { compared: question.compared, carries: carriesRelease(await readFiles(watch), watch.edits, watch.release) } };
    case 'read-live-template':
      return { live: liveTemplate(await watch.argocd.workloads(watch.ref), watch.release, watch.target) };
    case 'read-window':
      return { window: { starter: question.starter, closedBy: (await watch.argocd.syncRights(watch.ref, question.starter)).closedBy } };
  }
}

/** By content: whose value the edited scalars have at the revision. */
async function judge(watch: SyncWatch, revision: string): Promise<Pick<SyncMemory, 'covers' | 'replaced'>> {
  const { edits, release, replaces, memory } = watch;
  const files = await readFiles(watch, revision);
  const covers = carriesRelease(files, edits, release);
  const replaced = !covers && replaces.some((other) => carriesRelease(files, edits, other));
  return { covers: new Map([...memory.covers, [revision, covers]]), replaced: replaced ? new Set([...memory.replaced, revision]) : memory.replaced };
}

/** The edited files at the revision, or at the branch head. Where one is gone there is nothing to find. */
async function readFiles({ git, edits }: SyncWatch, revision?: string): Promise<Files> {
  const paths = [...new Set(edits.map(({ file }) => file))];
  try {
    return (await git.read(paths, revision)).files;
  } catch (error) {
    if (error instanceof NotFoundError) return {};
    throw error;
  }
}

/** What was observed may have ended meanwhile, and another operation have begun: only the one that was judged is ended. */
async function terminate(watch: SyncWatch, judged: string): Promise<SyncEnd | null> {
  if (!(await watch.mayWrite())) return { next: 'superseded', cause: CLAIM_LOST };
  if (runningOperation(await watch.argocd.application(watch.ref)) === judged) await watch.argocd.terminate(watch.ref);
  watch.memory = { ...watch.memory, terminated: judged };
  return null;
}

/** Whatever the answer, the next observation shows an operation: the requested one, or the one that was faster. */
async function requestSync(watch: SyncWatch, { autoSync }: ObservedApplication, proof: Promise<boolean>): Promise<SyncEnd | null> {
  if (!(await proof)) return { next: 'superseded', cause: CLAIM_LOST };
  const infos = [{ name: 'slipway-execution', value: watch.execution }];
  const answer = await watch.argocd.sync(watch.ref, { prune: autoSync?.prune ?? false, infos });
  if (answer === 'requested') watch.memory = { ...watch.memory, syncRequested: true };
  return null;
}
