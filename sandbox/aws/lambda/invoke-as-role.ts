import type { Iam } from '../iam/iam.ts';
import { AwsError } from '../service.ts';
import { StatesError } from '../states/engine/errors.ts';
import type { InvokeFunction } from '../states/lambda-task.ts';
import type { Lambda } from './lambda.ts';

/** Invokes functions for the tasks of state machines, each under the role of its machine. A call that Lambda refuses has the name that Step Functions gives it. */
export function invokeAsRole(lambda: Lambda, iam: Pick<Iam, 'assumeRole'>): InvokeFunction {
  return async ({ functionArn, payload, roleArn, signal }) => {
    try {
      const caller = iam.assumeRole(roleArn, 'states.amazonaws.com', 'execution');
      const result = await lambda.invoke({ functionArn, payload: JSON.stringify(payload), caller, signal });
      if (result.error === null) return { payload: JSON.parse(result.payload) as unknown };
      return { functionError: 'Unhandled', errorType: result.error.errorType, errorMessage: result.error.errorMessage };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const name = error.code === 'AccessDeniedException' ? 'AWSLambdaException' : error.code;
      throw new StatesError(`Lambda.${name}`, `${error.message} (Service: Lambda, Status Code: ${error.status})`);
    }
  };
}
