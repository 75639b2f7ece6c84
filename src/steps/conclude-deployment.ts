import * as z from 'zod/mini';
import { startableNext } from '../domain/claim.ts';
import { causeOf, type Conclusion, outcomeOf } from '../domain/conclusion.ts';
import { type Deployment, type Outcome, targetName } from '../domain/deployment.ts';
import { elapsed, type Instant } from '../domain/instant.ts';
import { startOfWaiting } from '../domain/own-request.ts';
import { environmentsAfter } from '../domain/release-request.ts';
import { type Timings, timings } from '../domain/timings.ts';
import type { Clock } from '../ports/clock.ts';
import type { ApprovalStore, Attempt, MergeStore, RecordStore, ServiceStore, TargetStore } from '../ports/deployment-store.ts';
import type { DeploymentConcluded, Events, Metrics } from '../ports/events.ts';
import type { Executions } from '../ports/executions.ts';
import { defineStep } from './step.ts';
import { DeploymentSchema } from './wire.ts';

type Ports = {
  readonly services: Pick<ServiceStore, 'service'>;
  readonly records: Pick<RecordStore, 'record'>;
  readonly targets: Pick<TargetStore, 'target' | 'conclude'>;
  readonly approvals: Pick<ApprovalStore, 'pending' | 'remove'>;
  readonly merges: Pick<MergeStore, 'pending' | 'remove'>;
  readonly executions: Pick<Executions, 'start'>;
  readonly events: Events;
  readonly metrics: Metrics;
  readonly clock: Pick<Clock, 'now'>;
};

const ConcludeDeploymentInput = z.object({
  execution: z.string(),
  redrives: z.number(),
  deployment: DeploymentSchema,
  status: z.string(),
  trouble: z.nullable(z.object({ error: z.string(), cause: z.string() })),
});
type ConcludeDeploymentInput = z.infer<typeof ConcludeDeploymentInput>;

/** How the deployment ended, as everybody is told. */
type Ending = { readonly execution: string; readonly outcome: Outcome; readonly cause: string | null; readonly timings: Timings; readonly concludedAt: Instant };

/**
 * Outcome and timings recorded; then the claim given back; then the release that waited started, and beside that the event published.
 * Each of them is safe to repeat, so that a retry after any of them ends the same. A record comes before the claim is given back, for
 * what is current must have one; the event after it, for a promotion asks what is current.
 */
export const concludeDeployment = defineStep({
  name: 'conclude-deployment',
  input: ConcludeDeploymentInput,
  async run(ports: Ports, input: ConcludeDeploymentInput): Promise<Conclusion> {
    const { deployment, redrives } = input;
    const ending = endingOf(input, ports.clock.now());
    const { outcome, cause } = ending;
    // An ignored release is another execution's: the record and the event are its to make.
    await Promise.all([removePendingApproval(ports, input), removePendingMerge(ports, input), outcome === 'ignored' ? null : conclude(ports, deployment, ending)]);
    return { target: targetName(deployment), outcome, cause, timings: ending.timings, redrives };
  },
});

async function conclude(ports: Ports, deployment: Deployment, ending: Ending): Promise<void> {
  const { service, environment, target, release, claim } = deployment;
  const [promotes] = await Promise.all([
    ending.outcome === 'succeeded' && comesBeforeOthers(ports, deployment),
    ports.records.record(deployment, release, attemptOf(deployment, ending)),
  ]);
  const held = claim !== undefined && (await giveBackClaim(ports, deployment, { ...ending, generation: claim.generation }));
  const concluded: DeploymentConcluded = { service, environment, target, release, ...ending, promotes };
  await Promise.all([held ? startWaiting(ports, deployment, claim.generation) : null, ports.events.concluded(concluded)]);
  ports.metrics.concluded(concluded);
}

/** An environment that is put behind this one from now on gets the release from the sweep. */
async function comesBeforeOthers({ services }: Ports, { service: name, environment }: Deployment): Promise<boolean> {
  const service = await services.service(name);
  return service !== null && environmentsAfter(service, environment).length > 0;
}

/** The stages of a release that was rolled back are its own, up to its failure: the way back is told beside them. */
function endingOf({ execution, deployment, status, trouble }: ConcludeDeploymentInput, concludedAt: Instant): Ending {
  const { marks, idle, pullRequest, rollback } = deployment;
  const outcome = outcomeOf(status, rollback);
  const brokenOffAt = outcome === 'succeeded' ? undefined : concludedAt;
  const measured = rollback === undefined ? timings(marks, idle, brokenOffAt, pullRequest !== undefined) : timings(rollback.marks, idle, rollback.failedAt);
  return { execution, outcome, cause: causeOf(deployment, status, trouble), timings: measured, concludedAt };
}

function attemptOf(deployment: Deployment, ending: Ending): Attempt {
  const { claim, warnings = [], idle = [], approvedBy, pullRequest, rollback } = deployment;
  const { marks, reported = {}, commit = null, pods = [] } = rollback ?? deployment;
  const approver = approvedBy === undefined ? {} : { approvedBy };
  const proposed = pullRequest === undefined ? {} : { pullRequest: { number: pullRequest.number, url: pullRequest.url } };
  return { ...ending, ...approver, ...proposed, generation: claim?.generation ?? 0, warnings, marks, reported, idle, commit, pods, rollback: wayBackOf(deployment, ending) };
}

function wayBackOf({ rollback, commit }: Deployment, { concludedAt }: Ending): Attempt['rollback'] {
  if (rollback === undefined) return null;
  const { tag, digest } = rollback.release;
  return { tag, digest, commit: commit ?? null, took: elapsed(rollback.failedAt, concludedAt) };
}

/** The question that this execution has put to a person, where it ends without an answer. */
async function removePendingApproval({ approvals }: Ports, { execution, deployment }: ConcludeDeploymentInput): Promise<void> {
  if (deployment.approval === undefined) return;
  const pending = await approvals.pending(deployment);
  if (pending?.execution === execution) await approvals.remove(pending);
}

/** The pull request that this execution waited for, where it ends without a merge. */
async function removePendingMerge({ merges }: Ports, { execution, deployment }: ConcludeDeploymentInput): Promise<void> {
  if (deployment.pullRequest === undefined) return;
  const pending = await merges.pending(deployment);
  if (pending?.execution === execution) await merges.remove(pending);
}

/** False when a newer release took the claim meanwhile: that one sets the current release and starts what waits. */
function giveBackClaim({ targets }: Ports, deployment: Deployment, ending: Ending & { readonly generation: number }): Promise<boolean> {
  const { execution, generation, outcome, concludedAt } = ending;
  const current = outcome === 'succeeded' ? { release: deployment.release, execution, concludedAt } : null;
  return targets.conclude(deployment, { execution, generation }, current);
}

/**
 * What waits is looked up after the claim was given back: whoever decided to wait before that is seen here, and who decides later
 * takes the claim.
 */
async function startWaiting({ targets, executions }: Ports, deployment: Deployment, generation: number): Promise<void> {
  const next = startableNext(await targets.target(deployment), generation);
  if (next === null) return;
  const { name, request } = startOfWaiting(deployment, next);
  await executions.start(name, request);
}
