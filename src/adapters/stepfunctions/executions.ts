import { DescribeExecutionCommand, ExecutionDoesNotExist, SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import type { Executions } from '../../ports/executions.ts';
import { readAnswer } from '../aws/answer.ts';
import { callAws } from '../aws/errors.ts';

const Execution = z.object({ status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE']) });

export function createExecutions({ client = new SFNClient({}) }: { readonly client?: SFNClient } = {}): Executions {
  return {
    async status(execution) {
      const answer = await callAws({ doing: `look up execution ${execution}`, needs: 'states:DescribeExecution' }, () =>
        client.send(new DescribeExecutionCommand({ executionArn: execution })).catch((error: unknown) => {
          if (error instanceof ExecutionDoesNotExist) return null;
          throw error;
        }),
      );
      return answer === null ? null : readAnswer(Execution, answer, `Execution ${execution}`).status;
    },
  };
}
