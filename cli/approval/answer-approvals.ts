import { targetName } from '../../src/domain/deployment.ts';
import { NotFoundError, RefusedError } from '../../src/domain/errors.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { ApprovalStore, PendingApproval } from '../../src/ports/deployment-store.ts';
import type { Executions } from '../../src/ports/executions.ts';
import { executionRuns } from '../../src/steps/execution-runs.ts';
import type { PersonsAnswer, SendAnswer, TakenAnswer } from './signed-answers.ts';

/** Where a person answers: one target, or all of an environment where a release waits. */
export type AnsweredPlace = { readonly service: string; readonly environment: string; readonly target?: string | undefined };

type Answering = {
  readonly approvals: Pick<ApprovalStore, 'list'>;
  readonly send: SendAnswer;
  /** Stage of the stack, for the command that an error names. */
  readonly stage: string;
};

export type GivenAnswer = Pick<PersonsAnswer, 'answer' | 'reason'> & {
  /** Only if that is what waits. */
  readonly digest?: string | undefined;
};

/** What waits for an answer now: an execution that was stopped, or whose time is over, leaves its question behind. */
export async function waitingApprovals({ approvals, executions }: { readonly approvals: Pick<ApprovalStore, 'list'>; readonly executions: Pick<Executions, 'status'> }, now: Instant): Promise<readonly PendingApproval[]> {
  const inTime = (await approvals.list()).filter(({ expiresAt }) => Date.parse(expiresAt) > Date.parse(now));
  const running = await Promise.all(inTime.map(({ execution, requestedAt }) => executionRuns(executions, execution, requestedAt, now)));
  return inTime.filter((_, index) => running[index]);
}

/**
 * Answers what waits at a place, one target after the other. What each is answered for is what was found there: had a newer release come
 * meanwhile, the answer is refused.
 * @throws NotFoundError where nothing waits, RefusedError where another digest does: then nothing was answered
 */
export async function* answerApprovals({ approvals, send, stage }: Answering, place: AnsweredPlace, { answer, reason, digest: only }: GivenAnswer): AsyncGenerator<TakenAnswer> {
  const pending = (await approvals.list()).filter((one) => isAt(one, place));
  if (pending.length === 0) throw new NotFoundError(`Nothing waits for approval at ${placeName(place)}; \`slipway ${answer} --stage ${stage}\` lists what waits, and nothing was changed.`);
  const other = pending.find(({ release }) => only !== undefined && release.digest !== only);
  if (other !== undefined) throw new RefusedError(`Not ${only} but ${other.release.tag} (${other.release.digest}) waits for approval at ${targetName(other)}; nothing was changed.`);
  for (const { service, environment, target, release } of pending) yield await send({ service, environment, target, digest: release.digest, answer, reason });
}

function isAt(approval: PendingApproval, { service, environment, target }: AnsweredPlace): boolean {
  return approval.service === service && approval.environment === environment && (target === undefined || approval.target === target);
}

function placeName({ service, environment, target }: AnsweredPlace): string {
  return [service, environment, ...(target === undefined ? [] : [target])].join('/');
}
