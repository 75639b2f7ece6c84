import type { RoleDefinition } from '../../../sandbox/aws/iam/iam.ts';

export type RoleOptions = {
  readonly name?: string;
  readonly actions?: readonly string[];
  readonly resources?: readonly string[];
  readonly service?: string;
};

/** A role for a function that may do what `actions` say, everywhere unless `resources` say otherwise. */
export function aRole({ name = 'role', actions = [], resources = ['*'], service = 'lambda.amazonaws.com' }: RoleOptions = {}): RoleDefinition {
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }] };
  const policies = actions.length === 0 ? [] : [{ name: 'policy', document: aPolicy({ Action: actions, Resource: resources }) }];
  return { name, trust, policies };
}

/** A policy of one Allow statement, with the given members in place of the defaults. */
export function aPolicy(statement: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', ...statement }] };
}
