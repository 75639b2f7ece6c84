import { AwsError } from '../service.ts';
import type { Clock } from '../states/engine/clock.ts';
import type { AwsEvent } from './event.ts';
import type { Rule, Target } from './rule.ts';

export type DeliveryPorts = {
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  /** From 0 up to but without 1. */
  readonly random: () => number;
  /** Starts the state machine as the target's role. @throws AwsError in the target's words */
  readonly startExecution: (start: { readonly stateMachineArn: string; readonly roleArn: string; readonly input: string }) => Promise<void>;
  /** Calls the function on behalf of the rule; how the call goes then is the function's affair. @throws AwsError in Lambda's words */
  readonly invokeFunction: (call: { readonly functionArn: string; readonly ruleArn: string; readonly payload: string }) => Promise<void>;
  /** Sends to the dead-letter queue on behalf of the rule. @throws AwsError when it may not */
  readonly sendToQueue: (queueArn: string, ruleArn: string, message: { readonly body: string; readonly attributes: Readonly<Record<string, string>> }) => void;
};

/** How a delivery failed for good. */
type Failure = { readonly code: string; readonly message: string; readonly attempts: number; readonly exhausted?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' };

const FIRST_BACKOFF = 1_000;
const LONGEST_BACKOFF = 600_000;

/** Errors of a target that no retry mends: they go to the dead-letter queue at once. */
const FINAL_ERRORS: ReadonlyMap<string, string> = new Map([
  ['AccessDeniedException', 'NO_PERMISSIONS'],
  ['StateMachineDoesNotExist', 'NO_RESOURCE'],
  ['ResourceNotFoundException', 'NO_RESOURCE'],
]);

/** Delivers one event to one target; what cannot be delivered goes to the dead-letter queue. Rejects once `signal` is aborted. */
export async function deliver(ports: DeliveryPorts, rule: Rule, target: Target, event: AwsEvent, signal: AbortSignal): Promise<void> {
  const body = JSON.stringify(event);
  const failure = await attempt(ports, () => hand(ports, rule, target, body), target, signal);
  if (failure === null || target.DeadLetterConfig === undefined) return;
  ports.sendToQueue(target.DeadLetterConfig.Arn, rule.arn, {
    body,
    attributes: {
      RULE_ARN: rule.arn,
      TARGET_ARN: target.Arn,
      ERROR_CODE: failure.code,
      ERROR_MESSAGE: failure.message,
      ...(failure.exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: failure.exhausted, RETRY_ATTEMPTS: String(failure.attempts) }),
    },
  });
}

async function hand({ startExecution, invokeFunction }: DeliveryPorts, rule: Rule, { Arn, RoleArn }: Target, input: string): Promise<void> {
  if (RoleArn === undefined) await invokeFunction({ functionArn: Arn, ruleArn: rule.arn, payload: input });
  else await startExecution({ stateMachineArn: Arn, roleArn: RoleArn, input });
}

/** Tries until the target took the event, its retry policy is exhausted, or no retry can help. */
async function attempt({ clock, random }: DeliveryPorts, deliverOnce: () => Promise<void>, target: Target, signal: AbortSignal): Promise<Failure | null> {
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = target.RetryPolicy;
  const expires = clock.now() + MaximumEventAgeInSeconds * 1000;
  for (let attempts = 0; ; attempts += 1) {
    try {
      await deliverOnce();
      return null;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const final = FINAL_ERRORS.get(error.code);
      const failure = { code: final ?? 'ERROR_FROM_TARGET', message: error.message, attempts };
      if (final !== undefined) return failure;
      if (attempts >= MaximumRetryAttempts) return { ...failure, exhausted: 'MaximumRetryAttempts' };
      const pause = backoff(attempts, random());
      if (clock.now() + pause > expires) return { ...failure, exhausted: 'MaximumEventAgeInSeconds' };
      await clock.sleep(pause, signal);
    }
  }
}

/** Doubles with each attempt, with up to half of it left to chance. */
function backoff(attempts: number, chance: number): number {
  const longest = Math.min(FIRST_BACKOFF * 2 ** attempts, LONGEST_BACKOFF);
  return longest * (0.5 + chance / 2);
}
