import type { Clock } from '../../sandbox/aws/states/engine/clock.ts';
import { StatesError } from '../../sandbox/aws/states/engine/errors.ts';
import type { Execution } from '../../sandbox/aws/states/engine/execution.ts';
import { isJsonObject, type Json, type JsonObject, toJson } from '../../sandbox/aws/states/engine/json.ts';
import type { TaskTokens } from '../../sandbox/aws/states/engine/tokens.ts';
import type { RunTask } from '../../sandbox/aws/states/engine/visit.ts';
import { type FunctionAnswer, type InvokeFunction, lambdaTask } from '../../sandbox/aws/states/lambda-task.ts';
import { DEFINITION_TEXT } from './definition.ts';
import { type Call, happyStubs, type StepName, STEPS, type Stub, type Stubs } from './deploy-stubs.ts';
import { START, start } from './engine/run-definition.ts';

const FUNCTIONS = 'arn:aws:lambda:eu-central-1:111122223333:function:';

/** The definition with its placeholders filled in, as CloudFormation deploys it; each function is named after its state. */
const DEPLOYED = JSON.parse(DEFINITION_TEXT.replaceAll(/\$\{(\w+)Arn\}/g, `${FUNCTIONS}$1`)) as object;

/** How long a person takes to approve, reject or merge, in milliseconds. */
const ANSWERED_AFTER = 30_000;

const A_REQUEST = { service: 'inference-service', tag: '1.1.0', reason: 'first deployment', by: 'operator' };

export type DeployOptions = {
  /** `environment/target` of each target that the release goes to. */
  readonly targets?: readonly string[];
  readonly input?: Json;
  /** Where in its interval the wait before a retry ends, in [0, 1). */
  readonly random?: () => number;
};

/** An execution of the deployed definition, and the calls that its functions got. */
export type Deploying = { readonly execution: Execution; readonly clock: Clock; readonly calls: readonly Call[] };

/** Starts the deployed definition on a virtual clock. Steps that `stubs` leaves out succeed at once. */
export function startDeploy(stubs: Stubs = {}, { targets = ['dev/eu'], input = A_REQUEST, random = () => 0 }: DeployOptions = {}): Deploying {
  const calls: Call[] = [];
  const table = { ...happyStubs(targets), ...stubs };
  const task = ({ clock, tokens }: { clock: Clock; tokens: TaskTokens }): RunTask => lambdaTask(invoker(table, calls, { clock, tokens }), 'arn:aws:iam::111122223333:role/slipway-dev-state-machine');
  const { execution, clock } = start(DEPLOYED, { input, random, task });
  return { execution, clock, calls };
}

/** Runs an execution of the deployed definition to its end. */
export async function deploy(stubs: Stubs = {}, options: DeployOptions = {}): Promise<Deploying> {
  const deploying = startDeploy(stubs, options);
  await deploying.execution.ended;
  return deploying;
}

/** Redrives the execution a minute after its end, awaits the next one, and answers the calls of this run alone. */
export async function redrive({ execution, clock, calls }: Deploying): Promise<readonly Call[]> {
  const before = calls.length;
  await clock.sleep(60_000);
  execution.redrive();
  await execution.ended;
  return calls.slice(before);
}

/** The steps that were called, in order, for that target or for all. */
export function stepsOf(calls: readonly Call[], target?: string): StepName[] {
  return calls.filter((call) => target === undefined || call.target === target).map(({ step }) => step);
}

/** States that were entered, in order. */
export function statesEntered({ execution }: Deploying): string[] {
  return execution.history.events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
}

/** What ConcludeDeployment was told, by target; the last time where it was called again. */
export function told({ calls }: Deploying): Record<string, { status: Json; trouble: Json }> {
  const conclusions = calls.filter(({ step }) => step === 'ConcludeDeployment');
  return Object.fromEntries(conclusions.map(({ target, payload }) => [target, { status: payload['status'] ?? null, trouble: payload['trouble'] ?? null }]));
}

function invoker(table: Readonly<Record<StepName, Stub>>, calls: Call[], { clock, tokens }: { clock: Clock; tokens: TaskTokens }): InvokeFunction {
  return async ({ functionArn, payload, signal }) => {
    const call = callOf(functionArn.slice(FUNCTIONS.length), payload, calls, clock);
    calls.push(call);
    try {
      const answer = await table[call.step](call, (seconds) => clock.sleep(seconds * 1000, signal));
      if (call.step !== 'AwaitApproval' && call.step !== 'AwaitMerge') return { payload: answer };
      if (answer !== null) void clock.sleep(ANSWERED_AFTER).then(() => tokens.succeed(tokenOf(call), toJson(answer)));
      return { payload: { status: 'waiting' } };
    } catch (error) {
      return asAnswer(error);
    }
  };
}

function tokenOf({ step, payload: { token } }: Call): string {
  if (typeof token !== 'string') throw new Error(`${step} was given no token.`);
  return token;
}

function payloadOf(payload: Json): JsonObject {
  if (!isJsonObject(payload)) throw new Error(`The payload is no object: ${JSON.stringify(payload)}`);
  return payload;
}

function callOf(name: string, payload: Json, calls: readonly Call[], clock: Clock): Call {
  const step = Object.keys(STEPS).find((known): known is StepName => known === name);
  if (step === undefined) throw new Error(`No stub stands for ${name}.`);
  const target = targetOf(payloadOf(payload));
  const earlier = calls.filter((call) => call.step === step && call.target === target).length;
  return { step, payload: payloadOf(payload), target, earlier, at: (clock.now() - START) / 1000 };
}

function targetOf({ deployment }: JsonObject): string {
  if (deployment === undefined || !isJsonObject(deployment)) return '';
  const { environment, target } = deployment;
  if (typeof environment !== 'string' || typeof target !== 'string') throw new Error(`The deployment names no target: ${JSON.stringify(deployment)}`);
  return `${environment}/${target}`;
}

function asAnswer(error: unknown): FunctionAnswer {
  if (!(error instanceof Error)) throw error;
  if (/^(?:Lambda|States|Sandbox)\./.test(error.name)) throw new StatesError(error.name, error.message);
  return { functionError: 'Unhandled', errorType: error.name, errorMessage: error.message };
}
