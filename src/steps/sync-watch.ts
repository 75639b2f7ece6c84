import type { ObservedApplication, ObservedOperation } from '../domain/application.ts';
import { CLAIM_LOST } from '../domain/claim.ts';
import { carriesRelease } from '../domain/covers.ts';
import type { Reported } from '../domain/deployment.ts';
import { NotFoundError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import { liveTemplate } from '../domain/live-template.ts';
import type { Release } from '../domain/release.ts';
import type { ApplicationRef, Edit, Target } from '../domain/service.ts';
import { afterObservation, decideSync, type SyncDecision, type SyncMemory, type WantedSync } from '../domain/sync.ts';
import { ourOperation } from '../domain/sync-evidence.ts';
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
  readonly release: Release;
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

/** Decides on one observation and does what the decision asks for, until it has ended or must wait for the next observation: null. */
export async function decideOn(watch: SyncWatch, observed: ObservedApplication): Promise<SyncEnd | null> {
  const receivedAt = watch.clock.now();
  let application = observed;
  watch.memory = afterObservation(watch.memory);
  for (;;) {
    const decision = decideSync(application, watch.want, watch.memory, watch.clock.now());
    const ours = ourOperation(application, watch.want, watch.memory.covers);
    if (ours !== null) watch.operation = { seenAt: watch.operation?.seenAt ?? receivedAt, revision: ours.revision, reported: reportedOf(ours.operation) };
    switch (decision.next) {
      case 'wait':
        return null;
      case 'request-sync':
        return requestSync(watch, application);
      case 'refresh':
        watch.memory = { ...afterObservation(watch.memory), refreshes: new Set([...watch.memory.refreshes, decision.because]) };
        application = await watch.argocd.application(watch.ref, decision.how);
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

function reportedOf({ startedAt, finishedAt }: ObservedOperation): SeenOperation['reported'] {
  return { operationStarted: startedAt, ...(finishedAt !== null && { operationFinished: finishedAt }) };
}

type Question = Extract<SyncDecision, { readonly next: `read-${string}` }>;

async function find(watch: SyncWatch, question: Question): Promise<Partial<SyncMemory>> {
  switch (question.next) {
    case 'read-revision':
      return { covers: new Map([...watch.memory.covers, [question.revision, await carries(watch, question.revision)]]) };
    case 'read-branch':
      return { branch: { compared: question.compared, carries: await carries(watch) } };
    case 'read-live-template':
      return { live: liveTemplate(await watch.argocd.workloads(watch.ref), watch.release, watch.target) };
    case 'read-window':
      return { window: { starter: question.starter, closedBy: (await watch.argocd.syncRights(watch.ref, question.starter)).closedBy } };
  }
}

/** Whether the revision, or the branch head, has our value in every edited scalar. A file that is gone has not. */
async function carries({ git, edits, release }: SyncWatch, revision?: string): Promise<boolean> {
  const paths = [...new Set(edits.map(({ file }) => file))];
  try {
    return carriesRelease((await git.read(paths, revision)).files, edits, release);
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

/** Whatever the answer, the next observation shows an operation: the requested one, or the one that was faster. */
async function requestSync(watch: SyncWatch, { autoSync }: ObservedApplication): Promise<SyncEnd | null> {
  if (!(await watch.mayWrite())) return { next: 'superseded', cause: CLAIM_LOST };
  const infos = [{ name: 'slipway-execution', value: watch.execution }];
  const answer = await watch.argocd.sync(watch.ref, { prune: autoSync?.prune ?? false, infos });
  if (answer === 'requested') watch.memory = { ...watch.memory, syncRequested: true };
  return null;
}
