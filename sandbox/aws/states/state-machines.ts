import { randomUUID } from 'node:crypto';
import { type AwsAccount, AwsError } from '../service.ts';
import { executionArn, isArnOf, isValidName, stateMachineArn } from './arns.ts';
import type { Clock } from './engine/clock.ts';
import { type Definition, parseDefinition } from './engine/definition.ts';
import { Execution, type ExecutionStatus } from './engine/execution.ts';
import { type Json, parseJson } from './engine/json.ts';
import { MAX_DATA_BYTES } from './engine/limits.ts';
import { TaskTokens } from './engine/tokens.ts';
import { type InvokeFunction, lambdaTask } from './lambda-task.ts';

export type StatusChange = { readonly executionArn: string; readonly status: ExecutionStatus };

export type StatesOptions = {
  readonly account: AwsAccount;
  readonly clock: Clock;
  /** In [0, 1): jitter. */
  readonly random: () => number;
  readonly invoke: InvokeFunction;
  /** Told of each start, end and redrive. */
  readonly onStatusChange?: (change: StatusChange) => void;
};

/** An execution with what only the API knows of it. */
export type StartedExecution = {
  readonly execution: Execution;
  /** The input's text as it was given. */
  readonly input: string;
  /** Client tokens of redrives, with the time of each in epoch milliseconds. */
  readonly redriveTokens: Map<string, number>;
};

type StateMachine = { readonly arn: string; readonly name: string; readonly roleArn: string; readonly definition: Definition };

/** The state machines of an account and their executions. */
export class StateMachines {
  readonly tokens = new TaskTokens();
  readonly #options: StatesOptions;
  readonly #machines = new Map<string, StateMachine>();
  /** By ARN, in the order of their start. */
  readonly #executions = new Map<string, StartedExecution>();

  constructor(options: StatesOptions) {
    this.#options = options;
  }

  /** Takes a definition whose placeholders are filled in, and returns the ARN. Throws where the engine does not provide what it uses. */
  create({ name, definition, roleArn }: { name: string; definition: unknown; roleArn: string }): string {
    const arn = stateMachineArn(this.#options.account, name);
    if (!isValidName(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
    if (this.#machines.has(arn)) throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    this.#machines.set(arn, { arn, name, roleArn, definition: parseDefinition(definition) });
    return arn;
  }

  /** Starts an execution; the same name and input again, while it runs, is the same execution. */
  start(machineArn: string, input = '{}', name: string = randomUUID()): StartedExecution {
    const machine = this.#machine(machineArn);
    if (!isValidName(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
    const value = inputValue(input);
    const arn = executionArn(machineArn, name);
    const known = this.#executions.get(arn);
    if (known) return sameOrRefused(known, input);
    const { clock, random, invoke, onStatusChange } = this.#options;
    const surroundings = { clock, random, tokens: this.tokens, runTask: lambdaTask(invoke, machine.roleArn) };
    const execution = new Execution({ executionArn: arn, name, stateMachine: machine, input: value }, surroundings, ({ progress }) =>
      onStatusChange?.({ executionArn: arn, status: progress.status }),
    );
    const started: StartedExecution = { execution, input, redriveTokens: new Map() };
    this.#executions.set(arn, started);
    return started;
  }

  find(arn: string): StartedExecution {
    if (!isArnOf('execution', arn)) throw new AwsError('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${arn}'`);
    const started = this.#executions.get(arn);
    if (!started) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return started;
  }

  /** The executions of a state machine, newest first. */
  list(machineArn: string): StartedExecution[] {
    const { arn } = this.#machine(machineArn);
    return [...this.#executions.values()].filter(({ execution }) => execution.order.stateMachine.arn === arn).reverse();
  }

  #machine(arn: string): StateMachine {
    if (!isArnOf('stateMachine', arn)) throw new AwsError('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${arn}'`);
    const machine = this.#machines.get(arn);
    if (!machine) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return machine;
  }
}

function sameOrRefused(known: StartedExecution, input: string): StartedExecution {
  if (known.execution.progress.status === 'RUNNING' && known.input === input) return known;
  throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${known.execution.order.executionArn}'`);
}

function inputValue(input: string): Json {
  if (Buffer.byteLength(input) > MAX_DATA_BYTES) {
    const constraint = `Member must have length less than or equal to ${MAX_DATA_BYTES}`;
    throw new AwsError('ValidationException', `1 validation error detected: Value at 'input' failed to satisfy constraint: ${constraint}`);
  }
  try {
    return parseJson(input);
  } catch (error) {
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${String(error)}'`);
  }
}
