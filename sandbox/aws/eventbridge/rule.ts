import { z } from 'zod';
import { type AwsAccount, AwsError } from '../service.ts';
import { parseShape } from '../shape.ts';
import type { AwsEvent } from './event.ts';
import { compilePattern } from './pattern.ts';

/** Defaults of AWS: a day, 185 retries. */
const RetryPolicy = z.strictObject({
  MaximumRetryAttempts: z.number().int().min(0).max(185).default(185),
  MaximumEventAgeInSeconds: z.number().int().min(60).max(86_400).default(86_400),
});

const Target = z.strictObject({
  Id: z.string(),
  Arn: z.string(),
  RoleArn: z.string(),
  RetryPolicy: RetryPolicy.default(RetryPolicy.parse({})),
  DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
});

const RuleProperties = z.strictObject({
  Name: z.string(),
  Description: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  EventPattern: z.unknown(),
  Targets: z.array(Target).max(5).default([]),
});

export type Target = z.output<typeof Target>;

export type Rule = { readonly arn: string; readonly matches: (event: AwsEvent) => boolean; readonly targets: readonly Target[] };

/**
 * Reads the properties of an AWS::Events::Rule on the default bus.
 * @throws AwsError naming what the sandbox does not know: a property, an operator, a target that is no state machine
 */
export function parseRule(properties: unknown, account: AwsAccount): Rule {
  const { Name, State, EventPattern, Targets } = parseShape(RuleProperties, properties, 'AWS::Events::Rule');
  for (const { Id, Arn } of Targets) {
    if (!Arn.startsWith('arn:aws:states:')) throw new AwsError('ValidationException', `The sandbox does not know target ${Id} of rule ${Name}: ${Arn} is not a state machine`);
  }
  const matches = compilePattern(EventPattern);
  return {
    arn: `arn:aws:events:${account.region}:${account.id}:rule/${Name}`,
    matches: (event) => State === 'ENABLED' && matches(event),
    targets: Targets,
  };
}
