import { z } from 'zod';
import { StatesError } from './engine/errors.ts';
import type { Json } from './engine/json.ts';
import type { RunTask } from './engine/visit.ts';

/**
 * Invokes a function and waits for its answer. `signal` is aborted when the task timed out or the execution was stopped. A call that
 * Lambda refuses is thrown as an error named as the state machine sees it: `Lambda.TooManyRequestsException`, `Lambda.AWSLambdaException`.
 */
export type InvokeFunction = (call: {
  readonly functionArn: string;
  readonly payload: Json;
  /** Role of the state machine: the one that needs `lambda:InvokeFunction`. */
  readonly roleArn: string;
  readonly signal: AbortSignal;
}) => Promise<FunctionAnswer>;

export type FunctionAnswer =
  | { readonly payload: unknown }
  /** The function threw, or was ended: `Sandbox.Timedout`, `Runtime.ExitError`. */
  | { readonly functionError: 'Handled' | 'Unhandled'; readonly errorType: string; readonly errorMessage: string };

const LambdaArguments = z.strictObject({ FunctionName: z.string().startsWith('arn:aws:lambda:'), Payload: z.json().default({}) });

/** The optimized Lambda integration, for a state machine with that role. */
export function lambdaTask(invoke: InvokeFunction, roleArn: string): RunTask {
  return async ({ arguments: args, signal }) => {
    const read = LambdaArguments.safeParse(args);
    if (!read.success) throw new StatesError('States.Runtime', `The arguments of lambda:invoke cannot be used here: ${z.prettifyError(read.error)}`);
    const answer = await invoke({ functionArn: read.data.FunctionName, payload: read.data.Payload, roleArn, signal });
    if ('functionError' in answer) {
      const { errorType, errorMessage } = answer;
      throw new StatesError(errorType, JSON.stringify({ errorType, errorMessage, trace: [] }));
    }
    return { ExecutedVersion: '$LATEST', Payload: answer.payload ?? null, StatusCode: 200 };
  };
}
