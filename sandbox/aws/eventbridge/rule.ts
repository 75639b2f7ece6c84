import { z } from 'zod';
import { type AwsAccount, AwsError } from '../service.ts';
import { parseShape } from '../shape.ts';
import type { AwsEvent } from './event.ts';
import { compilePattern } from './pattern.ts';
import { readRate } from './schedule.ts';

/** Defaults of AWS: a day, 185 retries. */
const RetryPolicy = z.strictObject({
  MaximumRetryAttempts: z.number().int().min(0).max(185).default(185),
  MaximumEventAgeInSeconds: z.number().int().min(60).max(86_400).default(86_400),
});

const Target = z.strictObject({
  Id: z.string(),
  Arn: z.string(),
  /** Whose right it is to start a state machine. A function says by its own policy which rules may call it. */
  RoleArn: z.string().optional(),
  RetryPolicy: RetryPolicy.default(RetryPolicy.parse({})),
  DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
});

const RuleProperties = z.strictObject({
  Name: z.string(),
  Description: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  EventPattern: z.unknown().optional(),
  ScheduleExpression: z.string().optional(),
  Targets: z.array(Target).max(5).default([]),
});

export type Target = z.output<typeof Target>;

export type Rule = {
  readonly name: string;
  readonly arn: string;
  readonly matches: (event: AwsEvent) => boolean;
  /** Milliseconds between two events of its schedule; null for a rule without, or while it is disabled. */
  readonly interval: number | null;
  readonly targets: readonly Target[];
};

/**
 * Reads the properties of an AWS::Events::Rule on the default bus.
 * @throws AwsError naming what the sandbox does not know: a property, an operator, a target that is neither a state machine nor a function
 */
export function parseRule(properties: unknown, account: AwsAccount): Rule {
  const { Name, State, EventPattern, ScheduleExpression, Targets } = parseShape(RuleProperties, properties, 'AWS::Events::Rule');
  if ((EventPattern === undefined) === (ScheduleExpression === undefined)) {
    throw new AwsError('ValidationException', `Rule ${Name}: the sandbox knows rules with an EventPattern or a ScheduleExpression, one of the two`);
  }
  for (const target of Targets) refuseUnknown(target, Name);
  const enabled = State === 'ENABLED';
  const matches = EventPattern === undefined ? () => false : compilePattern(EventPattern);
  return {
    name: Name,
    arn: `arn:aws:events:${account.region}:${account.id}:rule/${Name}`,
    matches: (event) => enabled && matches(event),
    interval: enabled && ScheduleExpression !== undefined ? readRate(ScheduleExpression) : null,
    targets: Targets,
  };
}

function refuseUnknown({ Id, Arn, RoleArn }: Target, rule: string): void {
  const startsMachine = Arn.startsWith('arn:aws:states:');
  if (!startsMachine && !Arn.startsWith('arn:aws:lambda:')) {
    throw new AwsError('ValidationException', `The sandbox does not know target ${Id} of rule ${rule}: ${Arn} is neither a state machine nor a function`);
  }
  if (startsMachine === (RoleArn === undefined)) {
    throw new AwsError('ValidationException', `Target ${Id} of rule ${rule}: ${startsMachine ? 'a state machine needs a RoleArn' : 'the sandbox does not know a RoleArn for a function'}`);
  }
}
