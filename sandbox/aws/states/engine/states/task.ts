import { type Deadline, unlessAborted, withDeadline } from '../deadline.ts';
import type { TaskState } from '../definition.ts';
import { failureDetails, StatesError } from '../errors.ts';
import { evaluate, evaluateAs, POSITIVE } from '../expressions.ts';
import { outputData } from '../history.ts';
import { type Json, toJson } from '../json.ts';
import { assertDataSize } from '../limits.ts';
import type { TokenTask } from '../tokens.ts';
import { bindings, done, type Done, record, type TaskRequest, type Visit } from '../visit.ts';

/** One attempt at a task, as scheduled: its arguments and time limits are settled, its token is open. */
type Attempt = {
  readonly visit: Visit;
  readonly resource: string;
  readonly arguments: Json;
  readonly timeout: number | null;
  readonly token: TokenTask | null;
  /** The members resourceType and resource of the events. */
  readonly integration: { readonly resourceType: string; readonly resource: string };
};

/** Schedules the task once and waits for its result, or for the answer to its token. */
export async function performTask(visit: Visit, state: TaskState): Promise<Done> {
  const token = state.Resource.endsWith('.waitForTaskToken') ? visit.run.tokens.open(visit.run.stateMachine) : null;
  try {
    const attempt = await schedule(visit, state, token);
    const result = await resultOf(attempt);
    record(visit, 'TaskSucceeded', { taskSucceededEventDetails: { ...attempt.integration, ...outputData(result) } });
    return done(state, result, { result });
  } finally {
    token?.close();
  }
}

async function schedule(visit: Visit, state: TaskState, token: TokenTask | null): Promise<Attempt> {
  const seen = bindings(visit, {}, token ? { Task: { Token: token.token } } : {});
  const args = state.Arguments === undefined ? visit.frame.input : await evaluate(state.Arguments, seen, 'Arguments');
  assertDataSize(args, `The arguments of the task '${state.Resource}'`);
  const timeout = state.TimeoutSeconds === undefined ? null : await evaluateAs(POSITIVE, state.TimeoutSeconds, seen, 'TimeoutSeconds');
  const [resourceType = '', resource = ''] = state.Resource.replace('arn:aws:states:::', '').split(':');
  const integration = { resourceType, resource };
  record(visit, 'TaskScheduled', {
    taskScheduledEventDetails: {
      ...integration,
      region: visit.run.region,
      parameters: JSON.stringify(args),
      ...(timeout !== null && { timeoutInSeconds: timeout }),
    },
  });
  record(visit, 'TaskStarted', { taskStartedEventDetails: integration });
  return { visit, resource: state.Resource, arguments: args, timeout, token, integration };
}

async function resultOf(attempt: Attempt): Promise<Json> {
  const { visit, integration } = attempt;
  const deadline: Deadline | null = attempt.timeout === null ? null : { seconds: attempt.timeout, failure: new StatesError('States.Timeout', '') };
  try {
    const result = await withDeadline(visit.run.clock, deadline, visit.signal, (signal) => unlessAborted(signal, answerOf(attempt, signal)));
    assertDataSize(result, `The result of the task '${attempt.resource}'`);
    return result;
  } catch (error) {
    if (visit.signal.aborted) throw error;
    const failure = taskFailure(error);
    const details = { ...integration, ...failureDetails(failure) };
    const timedOut = failure === deadline?.failure;
    record(visit, timedOut ? 'TaskTimedOut' : 'TaskFailed', timedOut ? { taskTimedOutEventDetails: details } : { taskFailedEventDetails: details });
    throw failure;
  }
}

/** The integration's own result; or, with a token, the answer to it. */
function answerOf(attempt: Attempt, signal: AbortSignal): Promise<Json> {
  return attempt.token === null ? call(attempt, signal) : Promise.race([attempt.token.answer, submit(attempt, signal)]);
}

async function call({ visit, resource, arguments: args, token }: Attempt, signal: AbortSignal): Promise<Json> {
  const { clock, runTask } = visit.run;
  const request: TaskRequest = { resource, arguments: args, signal, ...(token && { token: token.token }) };
  return toJson(await clock.during(async () => runTask(request), signal));
}

/** Rejects when the request itself fails; accepted, it says nothing about the task, which may already have been answered. */
async function submit(attempt: Attempt, signal: AbortSignal): Promise<never> {
  let open = true;
  const answered = (): void => void (open = false);
  attempt.token?.answer.then(answered, answered);
  const accepted = await call(attempt, signal);
  if (open && !signal.aborted) record(attempt.visit, 'TaskSubmitted', { taskSubmittedEventDetails: { ...attempt.integration, ...outputData(accepted) } });
  return new Promise<never>(() => undefined);
}

function taskFailure(error: unknown): StatesError {
  if (error instanceof StatesError) return error;
  return error instanceof Error ? new StatesError(error.name, error.message) : new StatesError('States.TaskFailed', String(error));
}
