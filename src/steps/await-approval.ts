import * as z from 'zod/mini';
import { type AnswerAtOnce, type Ask, decideApproval, supersededByPending } from '../domain/approval.ts';
import { type Deployment, targetName } from '../domain/deployment.ts';
import { ConfigurationError, ConflictError } from '../domain/errors.ts';
import { elapsed, type Instant, later } from '../domain/instant.ts';
import type { OrderPolicy } from '../domain/service.ts';
import type { TargetState } from '../domain/target-state.ts';
import type { Clock } from '../ports/clock.ts';
import type { ApprovalStore, PendingApproval, ServiceStore, TargetStore } from '../ports/deployment-store.ts';
import type { Executions } from '../ports/executions.ts';
import { claimantOf } from './claimant.ts';
import { executionRuns, holderRuns } from './execution-runs.ts';
import { defineStep } from './step.ts';
import { readTargetConfig } from './target-config.ts';
import { TargetStepInput } from './wire.ts';

type Ports = {
  readonly services: Pick<ServiceStore, 'service'>;
  readonly targets: Pick<TargetStore, 'target' | 'change'>;
  readonly approvals: Pick<ApprovalStore, 'pending' | 'put'>;
  readonly executions: Pick<Executions, 'status' | 'answer'>;
  readonly clock: Pick<Clock, 'now'>;
};

const AwaitApprovalInput = z.extend(TargetStepInput, {
  /** Whoever has it may answer the task. */
  token: z.string(),
});
type AwaitApprovalInput = TargetStepInput & { readonly token: string };

/** For the log: the state machine goes on with the answer to the token, not with this. */
type Result = { readonly status: 'waiting' | 'approved' | 'rejected' | 'superseded' | 'ignored' };

/** How often a lost race for the target's one place to wait is run again here before the state machine retries. */
const ATTEMPTS = 5;

/** The target and what waits there, as they were read at `now`. */
type Seen = { readonly state: TargetState; readonly pending: PendingApproval | null; readonly now: Instant };

/**
 * Leaves the question where a person finds it; the task then waits for the answer to its token. What needs no question is answered at
 * once. A release that is superseded hears so before the newer one takes its place: after a crash between the two, all is done again.
 */
export const awaitApproval = defineStep({
  name: 'await-approval',
  input: AwaitApprovalInput,
  async run(ports: Ports, input: AwaitApprovalInput): Promise<Result> {
    const { deployment } = input;
    const { environment } = await readTargetConfig(ports.services, deployment);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const [state, pending] = await Promise.all([ports.targets.target(deployment), ports.approvals.pending(deployment)]);
      if (pending?.taskToken === input.token) return { status: 'waiting' };
      const seen = { state, pending, now: ports.clock.now() };
      const decided = await decide(ports, input, seen, environment.order);
      const result = decided.decision === 'ask' ? await ask(ports, input, seen, decided) : await answerAtOnce(ports, input, seen, decided);
      if (result !== null) return result;
    }
    throw new ConflictError(`What waits for approval at ${targetName(deployment)} changed ${ATTEMPTS} times while a release was added; the state machine tries again.`);
  },
});

async function decide({ executions }: Ports, input: AwaitApprovalInput, { state, pending, now }: Seen, order: OrderPolicy): Promise<Ask | AnswerAtOnce> {
  const waits = pending !== null && elapsed(now, pending.expiresAt) > 0 && (await executionRuns(executions, pending.execution, pending.requestedAt, now));
  const circumstances = { holderRuns: await holderRuns(executions, state, now, input.execution), order, now };
  return decideApproval(state, claimantOf(input), pending && { ...pending, waits }, circumstances);
}

/** Null when something else waits by now. */
async function ask({ executions, approvals }: Ports, input: AwaitApprovalInput, seen: Seen, { supersedes }: Ask): Promise<Result | null> {
  if (seen.pending !== null && supersedes) await executions.answer(seen.pending.taskToken, supersededByPending(input.deployment.release));
  return (await approvals.put(questionOf(input, seen), seen.pending)) ? { status: 'waiting' } : null;
}

function questionOf({ execution, token, deployment }: AwaitApprovalInput, { state, now }: Seen): PendingApproval {
  const { service, environment, target, release } = deployment;
  const current = state.current === null ? null : { tag: state.current.release.tag, digest: state.current.release.digest };
  const expiresAt = later(now, timeoutSecondsOf(deployment) * 1_000);
  return { service, environment, target, release, execution, taskToken: token, requestedAt: now, expiresAt, current };
}

/** Null when the target, or what waits there, changed meanwhile. */
async function answerAtOnce(ports: Ports, { token, deployment }: AwaitApprovalInput, { state, pending }: Seen, decided: AnswerAtOnce): Promise<Result | null> {
  if (decided.change !== null && !(await ports.targets.change(deployment, state, decided.change))) return null;
  if (pending !== null && decided.renews && !(await ports.approvals.put(renewed(pending, deployment), pending))) return null;
  await ports.executions.answer(token, decided.answer);
  return { status: decided.answer.status };
}

/** The same digest was released again: what was released between the two is not to come after it. */
function renewed(pending: PendingApproval, { release: { releasedAt, imagePushedAt } }: Deployment): PendingApproval {
  return { ...pending, release: { ...pending.release, releasedAt, imagePushedAt } };
}

function timeoutSecondsOf(deployment: Deployment): number {
  if (deployment.approval !== undefined) return deployment.approval.timeoutSeconds;
  throw new ConfigurationError(`${targetName(deployment)} does not say how long a person may take; set approval for its environment, apply that, and start again.`);
}
