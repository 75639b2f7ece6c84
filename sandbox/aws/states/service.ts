import { z } from 'zod';
import { operation } from '../operation.ts';
import { AwsError, type AwsOperation, type AwsService, type Need } from '../service.ts';
import type { Clock } from './engine/clock.ts';
import { type Json, parseJson } from './engine/json.ts';
import type { Delivery } from './engine/tokens.ts';
import { StateMachines, type StartedExecution, type StatesOptions, type StatusChange } from './state-machines.ts';
import { description, epochSeconds, historyEvent, listItem, page } from './wire.ts';

export type States = {
  readonly service: AwsService;
  /** Takes the definition as JSON with its placeholders filled in; returns the ARN. */
  readonly createStateMachine: (machine: { name: string; definition: unknown; roleArn: string }) => string;
  /** For callers inside the sandbox, as event rules; `input` is JSON text. Whether the caller may is the caller's to check. */
  readonly startExecution: (stateMachineArn: string, input: string, name?: string) => { executionArn: string };
  /** Tells the listener of each start, end and redrive until the result is called. */
  readonly watch: (listener: (change: StatusChange) => void) => () => void;
};

/** Step Functions: state machines whose tasks invoke functions, and the API on their executions. */
export function createStates(options: Omit<StatesOptions, 'onStatusChange'>): States {
  const listeners = new Set<(change: StatusChange) => void>();
  const machines = new StateMachines({ ...options, onStatusChange: (change) => listeners.forEach((listener) => listener(change)) });
  return {
    service: { scope: 'states', operations: { ...executionOperations(machines, options.clock), ...taskOperations(machines) } },
    createStateMachine: (machine) => machines.create(machine),
    startExecution: (arn, input, name) => ({ executionArn: machines.start(arn, input, name).execution.order.executionArn }),
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const pages = { maxResults: z.int().min(0).max(1000).optional(), nextToken: z.string().optional() };
const StartExecution = z.strictObject({ stateMachineArn: z.string(), name: z.string().optional(), input: z.string().optional() });
const DescribeExecution = z.strictObject({ executionArn: z.string() });
const StopExecution = z.strictObject({ executionArn: z.string(), error: z.string().max(256).optional(), cause: z.string().max(32_768).optional() });
const RedriveExecution = z.strictObject({ executionArn: z.string(), clientToken: z.string().min(1).max(64).optional() });
const ListExecutions = z.strictObject({
  stateMachineArn: z.string(),
  statusFilter: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']).optional(),
  ...pages,
});
const GetExecutionHistory = z.strictObject({
  executionArn: z.string(),
  reverseOrder: z.boolean().optional(),
  ...pages,
});

function executionOperations(machines: StateMachines, clock: Clock): Record<string, AwsOperation> {
  return {
    StartExecution: operation('StartExecution', StartExecution, onStateMachine('StartExecution'), ({ stateMachineArn, name, input }) => {
      const { order, startedAt } = machines.start(stateMachineArn, input, name).execution;
      return { executionArn: order.executionArn, startDate: epochSeconds(startedAt) };
    }),
    DescribeExecution: operation('DescribeExecution', DescribeExecution, onExecution('DescribeExecution'), ({ executionArn }) =>
      description(machines.find(executionArn)),
    ),
    ListExecutions: operation('ListExecutions', ListExecutions, onStateMachine('ListExecutions'), ({ stateMachineArn, statusFilter, ...paging }) => {
      const keyOf = ({ execution }: StartedExecution): string => execution.order.executionArn;
      const matches = ({ execution }: StartedExecution): boolean => statusFilter === undefined || execution.progress.status === statusFilter;
      const { items, ...rest } = page(machines.list(stateMachineArn), { keyOf, matches, ...paging });
      return { executions: items.map(listItem), ...rest };
    }),
    GetExecutionHistory: operation('GetExecutionHistory', GetExecutionHistory, onExecution('GetExecutionHistory'), ({ executionArn, ...wanted }) => {
      const { events } = machines.find(executionArn).execution.history;
      const ordered = wanted.reverseOrder ? events.toReversed() : events;
      const { items, ...rest } = page(ordered, { keyOf: ({ id }) => String(id), matches: () => true, ...wanted });
      return { events: items.map(historyEvent), ...rest };
    }),
    StopExecution: operation('StopExecution', StopExecution, onExecution('StopExecution'), async ({ executionArn, ...reason }) => {
      const { execution } = machines.find(executionArn);
      await execution.stop(reason);
      return { stopDate: epochSeconds(execution.progress.stoppedAt ?? clock.now()) };
    }),
    RedriveExecution: operation('RedriveExecution', RedriveExecution, onExecution('RedriveExecution'), ({ executionArn, clientToken }) => {
      return { redriveDate: epochSeconds(redrive(machines.find(executionArn), clientToken, clock)) };
    }),
  };
}

function onStateMachine(action: string): (input: { stateMachineArn: string }) => Need[] {
  return ({ stateMachineArn }) => [{ action: `states:${action}`, resource: stateMachineArn }];
}

function onExecution(action: string): (input: { executionArn: string }) => Need[] {
  return ({ executionArn }) => [{ action: `states:${action}`, resource: executionArn }];
}

const REDRIVE_TOKEN_MS = 15 * 60 * 1000;

/** Redrives, and returns when; a client token that redrove it in the last quarter of an hour only repeats the answer. */
function redrive({ execution, redriveTokens }: StartedExecution, clientToken: string | undefined, clock: Clock): number {
  const earlier = clientToken === undefined ? undefined : redriveTokens.get(clientToken);
  if (earlier !== undefined && clock.now() - earlier < REDRIVE_TOKEN_MS) return earlier;
  const obstacle = execution.redriveObstacle();
  if (obstacle !== null) throw new AwsError('ExecutionNotRedrivable', obstacle);
  execution.redrive();
  const redrivenAt = execution.redrivenAt ?? clock.now();
  if (clientToken !== undefined) redriveTokens.set(clientToken, redrivenAt);
  return redrivenAt;
}

const SendTaskSuccess = z.strictObject({ taskToken: z.string().min(1).max(2048), output: z.string() });

const SendTaskFailure = z.strictObject({ taskToken: z.string().min(1).max(2048), error: z.string().max(256).default(''), cause: z.string().max(32_768).default('') });

function taskOperations({ tokens }: StateMachines): Record<string, AwsOperation> {
  /** As AWS was seen to ask it: about the state machine whose task the token belongs to. An unknown token is refused before any policy. */
  const needs = (action: string) => ({ taskToken }: { taskToken: string }): Need[] => {
    const resource = tokens.stateMachineOf(taskToken);
    return resource === null ? [] : [{ action: `states:${action}`, resource }];
  };
  return {
    SendTaskSuccess: operation('SendTaskSuccess', SendTaskSuccess, needs('SendTaskSuccess'), (input) => delivered(tokens.succeed(input.taskToken, outputValue(input.output)))),
    SendTaskFailure: operation('SendTaskFailure', SendTaskFailure, needs('SendTaskFailure'), ({ taskToken, ...failure }) => delivered(tokens.fail(taskToken, failure))),
  };
}

function delivered(delivery: Delivery): object {
  if (delivery === 'unknown') throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  if (delivery === 'closed') throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  return {};
}

function outputValue(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw new AwsError('InvalidOutput', `Invalid Output: '${String(error)}'`);
  }
}
