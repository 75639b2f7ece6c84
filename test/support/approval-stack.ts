import { DescribeExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { Iam } from '../../sandbox/aws/iam/iam.ts';
import { startFunctionUrl } from '../../sandbox/aws/lambda/function-url.ts';
import type { States } from '../../sandbox/aws/states/service.ts';
import { createApprovalStore } from '../../src/adapters/dynamodb/approval-store.ts';
import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import type { ApprovalStore, PendingApproval } from '../../src/ports/deployment-store.ts';
import { answerApproval } from '../../src/steps/answer-approval.ts';
import { aPendingApproval } from './approval.ts';
import { ACCOUNT } from './aws.ts';
import { type CommandStack, type CommandStackOptions, EXECUTION, startCommandStack, STATE_MACHINE } from './command-stack.ts';

const FUNCTION = `arn:aws:lambda:${ACCOUNT.region}:${ACCOUNT.id}:function:slipway-test-answer-approval`;

/** What approvals need besides: a state machine whose one task waits for a token, and the URL that answers it. */
export type ApprovalStack = Pick<CommandStack, 'slipway' | 'slipwayAs' | 'close'> & {
  readonly approvals: ApprovalStore;
  /** Starts an execution that waits for this approval, and resolves once its question is in the table. */
  ask(name: string, approval?: Partial<PendingApproval>): Promise<PendingApproval>;
  /** What the task that waited was answered; null while it waits. */
  answerOf(execution: string): Promise<unknown>;
  stop(execution: string): Promise<void>;
};

export async function startApprovalStack(): Promise<ApprovalStack> {
  const questions: Asking['questions'] = new Map();
  const stack = await startCommandStack({ definition: DEFINITION, invoke: askingFunction(questions) });
  const { aws, table, sfn, states } = stack;
  const approvals = createApprovalStore(table);
  const answering = await startAnswering(aws.iam, { approvals, executions: createExecutions({ client: sfn }) });
  stack.describe({ ApprovalUrl: answering.url });
  return {
    approvals,
    ask: (name, overrides = {}) => ask({ approvals, states, questions }, name, overrides),
    answerOf: async (execution) => JSON.parse((await sfn.send(new DescribeExecutionCommand({ executionArn: execution }))).output ?? 'null') as unknown,
    stop: async (execution) => void (await sfn.send(new StopExecutionCommand({ executionArn: execution }))),
    slipway: stack.slipway,
    slipwayAs: stack.slipwayAs,
    close: async () => void (await Promise.all([stack.close(), answering.close()])),
  };
}

type Asking = {
  readonly approvals: ApprovalStore;
  readonly states: States;
  readonly questions: Map<string, (token: string) => Promise<void>>;
};

function ask({ approvals, states, questions }: Asking, name: string, overrides: Partial<PendingApproval>): Promise<PendingApproval> {
  return new Promise((resolve) => {
    questions.set(name, async (taskToken) => {
      const execution = `${EXECUTION}:${name}`;
      const requestedAt = new Date().toISOString();
      const question = aPendingApproval({ execution, taskToken, requestedAt, expiresAt: new Date(Date.now() + 3_600_000).toISOString(), ...overrides });
      await approvals.put(question, null);
      resolve(question);
    });
    states.startExecution(STATE_MACHINE, JSON.stringify({ name }), name);
  });
}

/** The function of the task: it puts the question of the execution that calls it. */
function askingFunction(questions: Asking['questions']): CommandStackOptions['invoke'] {
  return async ({ payload }) => {
    const { name, token } = payload as { readonly name: string; readonly token: string };
    await questions.get(name)?.(token);
    return { payload: null };
  };
}

function startAnswering(iam: Iam, ports: Pick<Parameters<typeof answerApproval.run>[0], 'approvals' | 'executions'>): ReturnType<typeof startFunctionUrl> {
  const clock = { now: () => new Date().toISOString() };
  return startFunctionUrl({
    account: ACCOUNT,
    iam,
    functionArn: FUNCTION,
    async invoke({ payload }) {
      const response = await answerApproval.run({ ...ports, clock }, answerApproval.input.parse(JSON.parse(payload)));
      return { requestId: 'one', payload: JSON.stringify(response), error: null };
    },
  });
}

const DEFINITION = {
  QueryLanguage: 'JSONata',
  StartAt: 'AwaitApproval',
  States: {
    AwaitApproval: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: FUNCTION.replace('answer', 'await'), Payload: { name: '{% $states.input.name %}', token: '{% $states.context.Task.Token %}' } },
      End: true,
    },
  },
};
