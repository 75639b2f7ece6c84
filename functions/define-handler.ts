import middy from '@middy/core';
import type * as z from 'zod/mini';
import { readEnv } from '../src/config/env.ts';
import { ConfigurationError, ForbiddenError, isRetryable, UnauthorizedError } from '../src/domain/errors.ts';
import { oneLine } from '../src/domain/one-line.ts';
import { logContext, logError, logInfo } from '../src/logging/logger.ts';
import { RESULT_LIMIT_BYTES, type Step } from '../src/steps/step.ts';

/** What a handler may know of the invocation that it serves. Lambda runs one at a time, so one object serves them all. */
export type Invocation = { remaining(): number };

type LambdaContext = { readonly awsRequestId: string; getRemainingTimeInMillis(): number };

/** Execution history stays small. */
const ERROR_LIMIT_CHARACTERS = 1000;

/**
 * Turns a step into what Lambda calls: input checked by the step's schema, ports built once per container, every failure as an error
 * whose name the state machine knows and whose message is one line without a stack.
 */
export function defineHandler<Input, Output, Env, Ports>(
  step: Step<Input, Output, Ports>,
  env: z.ZodMiniType<Env>,
  build: (env: Env, invocation: Invocation) => Ports,
) {
  let context: LambdaContext | undefined;
  let ports: Ports | undefined;
  const invocation: Invocation = { remaining: () => context?.getRemainingTimeInMillis() ?? 0 };

  async function serve(event: unknown, lambda: LambdaContext): Promise<Output> {
    context = lambda;
    const input = parseInput(step, event);
    const kept = ports !== undefined;
    const result = await run(input).catch((error: unknown) => {
      // The credential may have been renewed since this container read it: a step is safe to run again.
      if (kept && (error instanceof UnauthorizedError || error instanceof ForbiddenError)) return run(input);
      throw error;
    });
    logInfo('SLIPWAY_STEP_ENDED', { status: statusOf(result) });
    return capped(step.name, result);
  }

  /** What no retry mends, people do: the next invocation looks at the world anew, at secrets and addresses too. */
  async function run(input: Input): Promise<Output> {
    ports ??= build(readEnv(env), invocation);
    try {
      return await step.run(ports, input);
    } catch (error) {
      if (!isRetryable(error)) ports = undefined;
      throw error;
    }
  }

  return middy<unknown, Output, Error, LambdaContext & object>()
    .before(({ event, context: lambda }) => {
      logContext({ step: step.name, requestId: lambda.awsRequestId, execution: executionOf(event) });
      logInfo('SLIPWAY_STEP_STARTED');
    })
    .onError(({ error }) => {
      const failure = asFailure(error);
      logError('SLIPWAY_STEP_FAILED', { error: failure.name, cause: failure.message });
      throw failure;
    })
    .handler(serve);
}

function parseInput<Input>(step: Step<Input, unknown, never>, event: unknown): Input {
  const parsed = step.input.safeParse(event);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`);
  throw new ConfigurationError(`The input of ${step.name} can't be used. ${issues.join('; ')}`);
}

function capped<Output>(name: string, result: Output): Output {
  const bytes = Buffer.byteLength(JSON.stringify(result));
  if (bytes > RESULT_LIMIT_BYTES) throw new ConfigurationError(`The result of ${name} has ${bytes} bytes, more than ${RESULT_LIMIT_BYTES}: too many targets in one service.`);
  return result;
}

/** The error as the state machine sees it: its name, one line, no stack. */
function asFailure(error: unknown): Error {
  const original = error instanceof Error ? error : new Error(String(error));
  const failure = new Error(oneLine(original.message, ERROR_LIMIT_CHARACTERS));
  failure.name = original.name;
  failure.stack = '';
  return failure;
}

function executionOf(event: unknown): string | undefined {
  return typeof event === 'object' && event !== null && 'execution' in event && typeof event.execution === 'string' ? event.execution : undefined;
}

function statusOf(result: unknown): string | undefined {
  return typeof result === 'object' && result !== null && 'status' in result && typeof result.status === 'string' ? result.status : undefined;
}
