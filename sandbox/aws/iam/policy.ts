import { z } from 'zod';
import { globMatches } from '../../glob.ts';
import type { Need } from '../service.ts';
import { parseShape } from '../shape.ts';

/** Keys of a Condition that a call of the sandbox can carry. One that nobody supplies would make a Deny silent. */
const CONDITION_KEYS = ['aws:SourceArn', 'aws:SourceAccount'] as const;

/** Actions whose requests carry dynamodb:LeadingKeys here. AWS lets ForAllValues hold for a request without the key, as a Scan is one. */
const ON_ONE_ITEM: readonly string[] = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];

/** Service principals that may be named: those whose services the sandbox runs. */
const SERVICE_PRINCIPALS = ['lambda.amazonaws.com', 'states.amazonaws.com', 'events.amazonaws.com'] as const;

export type ServicePrincipal = (typeof SERVICE_PRINCIPALS)[number];

const oneOrMore = <T extends z.ZodType>(item: T) => z.preprocess((value): unknown => (Array.isArray(value) ? value : [value]), z.array(item).min(1));

const action = z.string().regex(/^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/, 'an action is written service:Action');
// A policy variable such as ${aws:username} would have to be filled in from the caller.
const resource = z.string().regex(/^(?!.*\$\{)/s, 'the sandbox does not know policy variables').regex(/^(\*|arn:.+)$/s, 'a resource is an ARN or *');
const values = oneOrMore(z.string());
const ofSource = z.partialRecord(z.enum(CONDITION_KEYS), values).optional();
/** Operators that are evaluated; the stack uses no others. ArnEquals matches wildcards, as ArnLike does. */
const condition = z.strictObject({
  StringEquals: ofSource,
  StringLike: ofSource,
  ArnEquals: ofSource,
  'ForAllValues:StringEquals': z.strictObject({ 'dynamodb:LeadingKeys': values }).optional(),
});
const principal = z.strictObject({ Service: oneOrMore(z.enum(SERVICE_PRINCIPALS)) });

const statement = { Sid: z.string().optional(), Effect: z.enum(['Allow', 'Deny']), Action: oneOrMore(action), Condition: condition.optional() };

type Conditional = { readonly Action: readonly string[]; readonly Condition?: z.output<typeof condition> | undefined };

const document = <T extends z.ZodType<Conditional>>(item: T) =>
  z.strictObject({ Version: z.literal('2012-10-17'), Id: z.string().optional(), Statement: oneOrMore(item.refine(carriesItsKeys, `the sandbox knows dynamodb:LeadingKeys for ${ON_ONE_ITEM.join(', ')} alone`)) });

function carriesItsKeys({ Action, Condition }: Conditional): boolean {
  return Condition?.['ForAllValues:StringEquals'] === undefined || Action.every((name) => ON_ONE_ITEM.includes(name));
}

const IdentityPolicySchema = document(z.strictObject({ ...statement, Resource: oneOrMore(resource) }));
const ResourcePolicySchema = document(z.strictObject({ ...statement, Resource: oneOrMore(resource), Principal: principal }));
const TrustPolicySchema = document(z.strictObject({ ...statement, Principal: principal }));

/** What a role or user may do. */
export type IdentityPolicy = z.output<typeof IdentityPolicySchema>;
/** Which service may use the resource that carries it: a queue. */
export type ResourcePolicy = z.output<typeof ResourcePolicySchema>;
/** Which service may assume the role that carries it. */
export type TrustPolicy = z.output<typeof TrustPolicySchema>;

/** Each parser refuses by name whatever it cannot evaluate: NotAction, an operator, a condition key, a principal. */
export function parseIdentityPolicy(value: unknown, owner: string): IdentityPolicy {
  return parseShape(IdentityPolicySchema, value, owner);
}

export function parseResourcePolicy(value: unknown, owner: string): ResourcePolicy {
  return parseShape(ResourcePolicySchema, value, owner);
}

export function parseTrustPolicy(value: unknown, owner: string): TrustPolicy {
  return parseShape(TrustPolicySchema, value, owner);
}

/** `not allowed` is the implicit deny: no statement speaks of it. */
export type Decision = 'allowed' | 'denied' | 'not allowed';

/** What a caller's own policies say: an explicit Deny wins over any Allow. */
export function decide(policies: readonly IdentityPolicy[], need: Need): Decision {
  return verdict(policies.flatMap((policy) => policy.Statement), need);
}

/** Whether a resource's policy lets a service act on it; `need.context` carries the `aws:SourceArn` on whose behalf. */
export function resourceAllows(policy: ResourcePolicy, service: ServicePrincipal, need: Need): boolean {
  return verdict(policy.Statement.filter((item) => item.Principal.Service.includes(service)), need) === 'allowed';
}

/** Whether a service may assume the role of this trust policy. */
export function trusts(policy: TrustPolicy, service: ServicePrincipal, context: NonNullable<Need['context']>): boolean {
  const statements = policy.Statement.filter((item) => item.Principal.Service.includes(service)).map((item) => ({ ...item, Resource: ['*'] }));
  return verdict(statements, { action: 'sts:AssumeRole', resource: '*', context }) === 'allowed';
}

type Statement = IdentityPolicy['Statement'][number];

function verdict(statements: readonly Statement[], need: Need): Decision {
  const spoken = statements.filter((item) => applies(item, need));
  if (spoken.some((item) => item.Effect === 'Deny')) return 'denied';
  return spoken.length > 0 ? 'allowed' : 'not allowed';
}

function applies(item: Statement, need: Need): boolean {
  const wanted = need.action.toLowerCase();
  if (!item.Action.some((pattern) => globMatches(pattern.toLowerCase(), wanted))) return false;
  if (!item.Resource.some((pattern) => globMatches(pattern, need.resource))) return false;
  return Object.entries(item.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys ?? {}).every(([key, values]) => holds(operator, need.context?.[key], values)),
  );
}

/** A key that the request does not carry satisfies no condition. */
function holds(operator: string, actual: string | undefined, values: readonly string[]): boolean {
  if (actual === undefined) return false;
  return values.some((value) => (operator.endsWith('StringEquals') ? value === actual : globMatches(value, actual)));
}
