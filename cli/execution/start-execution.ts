import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { callAws } from '../../src/adapters/aws/errors.ts';

/** What a person asks the state machine for. */
export type ByHand = {
  readonly service: string;
  readonly environment?: string | undefined;
  readonly target?: string | undefined;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
  readonly reason?: string | undefined;
  /** ARN. */
  readonly by: string;
  readonly rollback?: true;
};

/** Starts an execution and returns its ARN. `doing` is for the error that this may end in. */
export async function startByHand(client: SFNClient, stateMachineArn: string, request: ByHand, doing = `start an execution of ${stateMachineArn}`): Promise<string> {
  const action = { doing, needs: 'states:StartExecution' };
  const { executionArn = '' } = await callAws(action, () => client.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(request) })));
  return executionArn;
}
