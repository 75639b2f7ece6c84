import { type Clock, virtualClock } from '../../../../sandbox/aws/states/engine/clock.ts';
import type { FunctionAnswer, InvokeFunction } from '../../../../sandbox/aws/states/lambda-task.ts';
import { createStates, type States } from '../../../../sandbox/aws/states/service.ts';
import type { StatusChange } from '../../../../sandbox/aws/states/state-machines.ts';
import type { AwsCall } from '../../../../sandbox/aws/service.ts';

export const START = Date.parse('2026-01-01T00:00:00.000Z');
export const account = { id: '111122223333', region: 'eu-central-1' };
export const MACHINE = 'arn:aws:states:eu-central-1:111122223333:stateMachine:flow';
export const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:flow';
export const FUNCTION = 'arn:aws:lambda:eu-central-1:111122223333:function:work';
const ROLE = 'arn:aws:iam::111122223333:role/flow';

const caller = { arn: 'arn:aws:iam::111122223333:user/ada', roleArn: 'arn:aws:iam::111122223333:user/ada', userId: 'AIDAADA' };
const call: AwsCall = { caller, account, requestId: 'r-1' };

/** One task that invokes a function with the input. */
export function aDefinition(task: object = {}): object {
  const Arguments = { FunctionName: FUNCTION, Payload: '{% $states.input %}' };
  const Work = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments, End: true, ...task };
  return { QueryLanguage: 'JSONata', StartAt: 'Work', States: { Work } };
}

export type StatesWorld = {
  readonly clock: Clock;
  readonly states: States;
  readonly changes: StatusChange[];
  /** Calls an operation as the endpoint does, and returns its answer as an SDK would read it off the wire. */
  readonly api: <Answer = Record<string, unknown>>(operation: string, input: object) => Promise<Answer>;
  /** Waits until the execution is no longer RUNNING. */
  readonly ended: (executionArn: string) => Promise<void>;
};

type Given = { readonly definition?: object; readonly invoke?: (clock: Clock) => InvokeFunction };

/** The service with a state machine `flow`, whose function answers its payload unless told otherwise. */
export function aStatesWorld({ definition = aDefinition(), invoke = () => async ({ payload }): Promise<FunctionAnswer> => ({ payload }) }: Given = {}): StatesWorld {
  const clock = virtualClock(START);
  const changes: StatesWorld['changes'] = [];
  const waiting = new Map<string, () => void>();
  const states = createStates({ account, clock, random: () => 0, invoke: invoke(clock) });
  states.watch((change) => {
    changes.push(change);
    if (change.status !== 'RUNNING') waiting.get(change.executionArn)?.();
  });
  states.createStateMachine({ name: 'flow', definition, roleArn: ROLE });
  return {
    clock,
    states,
    changes,
    api: async <Answer>(operation: string, input: object) => {
      const known = states.service.operations[operation];
      if (!known) throw new Error(`There is no operation ${operation}.`);
      return JSON.parse(JSON.stringify(await known.run(input, call))) as Answer;
    },
    ended: (executionArn) => {
      const now = changes.filter((change) => change.executionArn === executionArn).at(-1)?.status;
      return now !== undefined && now !== 'RUNNING' ? Promise.resolve() : new Promise((resolve) => waiting.set(executionArn, resolve));
    },
  };
}

/** An invocation that ends only when it is aborted. */
export const endless = (clock: Clock): InvokeFunction => {
  return async ({ signal }) => {
    await clock.sleep(1e12, signal);
    return { payload: null };
  };
};

export const failing = (): InvokeFunction => {
  return async () => ({ functionError: 'Unhandled', errorType: 'UnavailableError', errorMessage: 'no answer from the Git host' });
};
