import { STSClient } from '@aws-sdk/client-sts';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import { ConfigurationError } from '../../src/domain/errors.ts';
import { answerApprovals, type AnsweredPlace, waitingApprovals } from '../approval/answer-approvals.ts';
import { createSignedAnswers, type PersonsAnswer, type SendAnswer, type TakenAnswer } from '../approval/signed-answers.ts';
import { EXIT } from '../exit.ts';
import { answeredLine, approvalJson, describeApprovals } from '../output/approval.ts';
import { type DeployedStack, findStack } from '../stack.ts';

export type AnswerOptions = { readonly stage: string; readonly reason?: string; readonly digest?: string; readonly json?: boolean };

/** Answers what waits at a place; without a place, shows all that waits. */
export async function answerOrList(answer: PersonsAnswer['answer'], place: AnsweredPlace | null, { stage, reason, digest, json }: AnswerOptions): Promise<number> {
  const stack = await findStack(stage);
  const { approvals } = openStores(stack.tableName);
  if (place === null) {
    const waiting = await waitingApprovals({ approvals, executions: createExecutions() }, new Date().toISOString());
    console.log(json === true ? JSON.stringify({ approvals: waiting.map(approvalJson) }) : describeApprovals(waiting, stage));
    return EXIT.succeeded;
  }
  await show(answerApprovals({ approvals, send: signedWithTheCallersKeys(stack, stage), stage }, place, { answer, reason, digest }), json === true);
  return EXIT.succeeded;
}

/** What was answered before one was refused is shown, too. */
async function show(answers: AsyncIterable<TakenAnswer>, json: boolean): Promise<void> {
  const taken: TakenAnswer[] = [];
  try {
    for await (const answer of answers) {
      taken.push(answer);
      if (!json) console.log(answeredLine(answer));
    }
  } finally {
    if (json && taken.length > 0) console.log(JSON.stringify({ answers: taken }));
  }
}

function signedWithTheCallersKeys({ approvalUrl, region }: DeployedStack, stage: string): SendAnswer {
  if (approvalUrl === '') throw new ConfigurationError(`Stack slipway-${stage} has no output ApprovalUrl: it is of an earlier version; deploy it again.`);
  return createSignedAnswers({ url: approvalUrl, region, credentials: new STSClient({ region }).config.credentials });
}
