import * as z from 'zod/mini';
import { targetName } from '../domain/deployment.ts';
import { RefusedError, SlipwayError } from '../domain/errors.ts';
import { oneLine } from '../domain/one-line.ts';
import { answerToMerge, MERGE_CLAIM_LOST, type MergeAnswer } from '../domain/pull-request.ts';
import type { Clock } from '../ports/clock.ts';
import type { MergeStore, PendingMerge, ServiceStore, TargetStore } from '../ports/deployment-store.ts';
import type { Executions } from '../ports/executions.ts';
import type { OpenPullRequests } from '../ports/pull-requests.ts';
import type { Webhooks } from '../ports/webhooks.ts';
import { defineStep } from './step.ts';
import { editedRepository, readTargetConfig } from './target-config.ts';
import { bodyOf, numberIn, WebhookCall } from './webhook-call.ts';

type Ports = {
  readonly services: Pick<ServiceStore, 'service'>;
  readonly targets: Pick<TargetStore, 'target'>;
  readonly merges: Pick<MergeStore, 'list' | 'remove'>;
  readonly pullRequests: OpenPullRequests;
  readonly executions: Pick<Executions, 'answer'>;
  readonly webhooks: Webhooks;
  readonly clock: Pick<Clock, 'now'>;
};

/** CodeCommit sends no webhooks; EventBridge tells of its pull requests. */
const CodeCommitEvent = z.object({ source: z.literal('aws.codecommit'), detail: z.object({ pullRequestId: z.string().check(z.regex(/^\d{1,15}$/)) }) });

/** Nothing in it matters. */
const ScheduledEvent = z.object({ 'detail-type': z.literal('Scheduled Event') });

const ResumePullRequestsInput = z.union([WebhookCall, CodeCommitEvent, ScheduledEvent]);
type ResumePullRequestsInput = z.infer<typeof ResumePullRequestsInput>;

/** Response of a function URL; its body is JSON. */
export type WebhookResponse = { readonly statusCode: number; readonly headers: Readonly<Record<string, string>>; readonly body: string };

export type ResumePullRequestsResult = { readonly status: 'looked'; readonly looked: number; readonly resumed: number };

/** Pull requests that are looked at side by side: enough to be quick, few enough for a host that counts. */
const AT_ONCE = 10;

/** Of what went wrong an error tells this many, in this much room. */
const TOLD_TROUBLES = 2;
const TROUBLES_LIMIT = 840;

/**
 * Looks at pull requests that executions wait for, and resumes those whose wait is over. A webhook only says that it is time to look: what
 * happened is the host's to tell. A schedule looks as well, since a webhook may be lost.
 */
export const resumePullRequests = defineStep({
  name: 'resume-pull-requests',
  input: ResumePullRequestsInput,
  async run(ports: Ports, input: ResumePullRequestsInput): Promise<ResumePullRequestsResult | WebhookResponse> {
    if ('requestContext' in input) return answerWebhook(ports, input);
    if ('source' in input) return lookAt(ports, Number(input.detail.pullRequestId));
    return lookAt(ports, null);
  },
});

async function answerWebhook(ports: Ports, call: WebhookCall): Promise<WebhookResponse> {
  if (call.requestContext.http.method !== 'POST') return response(405, { message: 'A webhook is sent with POST.' });
  const body = bodyOf(call);
  if (!(await ports.webhooks.isGenuine(call.headers, body))) {
    return response(401, { message: "The webhook is not signed with this stack's secret; set the webhook's secret to that." });
  }
  const number = numberIn(body);
  if (number === undefined) return response(400, { message: 'The webhook holds no JSON; set its content type to application/json.' });
  return response(200, number === null ? { status: 'looked', looked: 0, resumed: 0 } : await lookAt(ports, number));
}

/** @param number of the one to look at, in whatever repository; null for all of them */
async function lookAt(ports: Ports, number: number | null): Promise<ResumePullRequestsResult> {
  const waiting = (await ports.merges.list()).filter(({ pullRequest }) => number === null || pullRequest.number === number);
  const troubles: string[] = [];
  let resumed = 0;
  for (let from = 0; from < waiting.length; from += AT_ONCE) {
    const looked = await Promise.all(waiting.slice(from, from + AT_ONCE).map((merge) => resume(ports, merge).catch((error: unknown) => troubleAt(merge, error))));
    resumed += looked.filter((one) => one === true).length;
    troubles.push(...looked.filter((one) => typeof one === 'string'));
  }
  if (troubles.length === 0) return { status: 'looked', looked: waiting.length, resumed };
  const told = oneLine(troubles.slice(0, TOLD_TROUBLES).join(' '), TROUBLES_LIMIT);
  throw new RefusedError(`${troubles.length} of ${waiting.length} pull requests could not be looked at; the schedule tries again. ${told}`);
}

/** Whether the execution goes on. The task is answered before it is forgotten: after a crash between the two, the next look does both again. */
async function resume(ports: Ports, merge: PendingMerge): Promise<boolean> {
  const answer = await answerFor(ports, merge);
  if (answer === null) return false;
  const taken = await ports.executions.answer(merge.taskToken, answer);
  await ports.merges.remove(merge);
  return taken === 'taken';
}

async function answerFor({ services, targets, pullRequests, clock }: Ports, merge: PendingMerge): Promise<MergeAnswer | null> {
  const { claim } = await targets.target(merge);
  if (claim?.execution !== merge.execution || claim.generation !== merge.generation) return MERGE_CLAIM_LOST;
  const { edits } = await readTargetConfig(services, merge);
  const pulls = await pullRequests(editedRepository(edits, merge));
  return answerToMerge(await pulls.look(merge.pullRequest.number), clock.now());
}

/** One that can't be looked at keeps no other from it. */
function troubleAt(merge: PendingMerge, error: unknown): string {
  if (error instanceof SlipwayError) return `${targetName(merge)}: ${error.message}`;
  throw error;
}

function response(statusCode: number, body: object): WebhookResponse {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
