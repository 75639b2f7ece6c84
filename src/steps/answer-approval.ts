import * as z from 'zod/mini';
import type { ApprovalAnswer } from '../domain/approval.ts';
import { targetName } from '../domain/deployment.ts';
import { oneLine } from '../domain/one-line.ts';
import type { Clock } from '../ports/clock.ts';
import type { ApprovalStore, PendingApproval } from '../ports/deployment-store.ts';
import type { Executions } from '../ports/executions.ts';
import { defineStep } from './step.ts';

type Ports = {
  readonly approvals: Pick<ApprovalStore, 'pending' | 'remove'>;
  readonly executions: Pick<Executions, 'answer'>;
  readonly clock: Pick<Clock, 'now'>;
};

/** What a function URL with AuthType AWS_IAM hands on. Without its word on who calls, nothing is answered. */
const AnswerApprovalInput = z.object({
  requestContext: z.object({
    http: z.object({ method: z.string() }),
    authorizer: z.object({ iam: z.object({ userArn: z.string().check(z.minLength(1)) }) }),
  }),
  body: z.optional(z.string()),
  isBase64Encoded: z.optional(z.boolean()),
});
type AnswerApprovalInput = z.infer<typeof AnswerApprovalInput>;

const Name = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/));

/** A person's answer. Names are matched before they become a key. */
const Answer = z.strictObject({
  service: Name,
  environment: Name,
  target: Name,
  /** Of the release that the person has seen: another one may wait by now. */
  digest: z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/)),
  answer: z.enum(['approve', 'reject']),
  reason: z.optional(z.string().check(z.maxLength(2_000))),
});
type Answer = z.infer<typeof Answer>;

/** Response of a function URL; its body is JSON. */
export type AnswerApprovalResult = { readonly statusCode: number; readonly headers: Readonly<Record<string, string>>; readonly body: string };

/**
 * A person's yes or no to the release that waits. The task is answered before the question is taken away: after a crash between the
 * two, the next answer finds that nothing waits any more and takes it away.
 */
export const answerApproval = defineStep({
  name: 'answer-approval',
  input: AnswerApprovalInput,
  async run(ports: Ports, input: AnswerApprovalInput): Promise<AnswerApprovalResult> {
    if (input.requestContext.http.method !== 'POST') return refusal(405, 'An answer is sent with POST; use slipway approve or slipway reject.');
    const answer = readAnswer(input);
    if (answer === null) return refusal(400, 'The answer is {"service", "environment", "target", "digest", "answer": "approve" | "reject", "reason"?}; use slipway approve or slipway reject.');
    const pending = await ports.approvals.pending(answer);
    if (pending === null) return nothingWaits(answer);
    if (pending.release.digest !== answer.digest) return anotherWaits(pending, answer);
    const given = answerOf(answer, input.requestContext.authorizer.iam.userArn, ports.clock.now());
    const taken = await ports.executions.answer(pending.taskToken, given);
    await ports.approvals.remove(pending);
    return taken === 'taken' ? accepted(pending, given) : nothingWaits(answer);
  },
});

function readAnswer({ body = '', isBase64Encoded }: AnswerApprovalInput): Answer | null {
  try {
    const parsed = Answer.safeParse(JSON.parse(isBase64Encoded === true ? Buffer.from(body, 'base64').toString('utf8') : body));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function answerOf({ answer, reason: words = '' }: Answer, userArn: string, at: string): ApprovalAnswer {
  const reason = oneLine(words);
  return { status: answer === 'approve' ? 'approved' : 'rejected', by: oneLine(userArn), at, ...(reason !== '' && { reason }) };
}

function accepted({ service, environment, target, execution, release: { tag, digest } }: PendingApproval, { status }: ApprovalAnswer): AnswerApprovalResult {
  return response(200, { status, service, environment, target, tag, digest, execution });
}

function nothingWaits(answer: Answer): AnswerApprovalResult {
  return refusal(404, `Nothing waits for approval at ${targetName(answer)}: it was answered, superseded, or nobody answered in time; slipway approve lists what waits.`);
}

function anotherWaits({ release: { tag, digest } }: PendingApproval, answer: Answer): AnswerApprovalResult {
  return refusal(409, `Not ${answer.digest} but ${tag} (${digest}) waits for approval at ${targetName(answer)}; look at it, then answer for that one.`);
}

function refusal(statusCode: number, message: string): AnswerApprovalResult {
  return response(statusCode, { message });
}

function response(statusCode: number, body: object): AnswerApprovalResult {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
