import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { ConfigurationError } from '../../domain/errors.ts';
import { oneLine } from '../../domain/one-line.ts';
import type { Executions } from '../../ports/executions.ts';
import { readAnswer } from '../aws/answer.ts';
import { callAws } from '../aws/errors.ts';

const Execution = z.object({ status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE']) });

export type ExecutionsOptions = {
  /** Which state machine `start` starts; whoever only asks or answers needs none. */
  readonly stateMachineArn?: string;
  readonly client?: SFNClient;
};

export function createExecutions({ stateMachineArn, client = new SFNClient({}) }: ExecutionsOptions = {}): Executions {
  return {
    async status(execution) {
      const answer = await callAws({ doing: `look up execution ${execution}`, needs: 'states:DescribeExecution' }, () =>
        client.send(new DescribeExecutionCommand({ executionArn: execution })).catch(meaningOf([ExecutionDoesNotExist], null)),
      );
      return answer === null ? null : readAnswer(Execution, answer, `Execution ${execution}`).status;
    },
    async start(name, request) {
      if (stateMachineArn === undefined) throw new ConfigurationError(`Cannot start execution ${name}: no state machine is named; set STATE_MACHINE_ARN.`);
      const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(request) });
      return callAws({ doing: `start execution ${name} of ${stateMachineArn}`, needs: 'states:StartExecution' }, () =>
        client.send(command).then(() => 'started' as const, meaningOf([ExecutionAlreadyExists], 'known' as const)),
      );
    },
    async answer(taskToken, answer) {
      const command = new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(answer) });
      return callAws({ doing: 'answer a task that waits', needs: 'states:SendTaskSuccess' }, () =>
        client.send(command).then(() => 'taken' as const, meaningOf(GONE, 'gone' as const)),
      );
    },
    async fail(taskToken, error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      const command = new SendTaskFailureCommand({ taskToken, error: name, cause: failureCause(name, oneLine(message, CAUSE_LIMIT)) });
      return callAws({ doing: 'fail a task that waits', needs: 'states:SendTaskFailure' }, () =>
        client.send(command).then(() => 'taken' as const, meaningOf(GONE, 'gone' as const)),
      );
    },
  };
}

const GONE = [TaskTimedOut, TaskDoesNotExist, InvalidToken] as const;

/** Execution history stays small. */
const CAUSE_LIMIT = 1000;

/** As Step Functions has it from a function that threw. */
function failureCause(errorType: string, errorMessage: string): string {
  return JSON.stringify({ errorType, errorMessage, trace: [] });
}

/** Turns these errors, which are answers, into what they mean. */
function meaningOf<Meaning>(errors: readonly (abstract new (...args: never[]) => Error)[], meaning: Meaning): (error: unknown) => Meaning {
  return (error) => {
    if (errors.some((kind) => error instanceof kind)) return meaning;
    throw error;
  };
}
