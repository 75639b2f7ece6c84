import type { NamedPolicy } from '../../../sandbox/aws/iam/iam.ts';
import type { World } from '../../../sandbox/world.ts';

type Statement = { Action: string | string[]; Effect: string; Resource: unknown };
type Document = { Statement: Statement | Statement[] };

export function actionsOf(policies: readonly NamedPolicy[]): readonly string[] {
  return policies.flatMap(({ document }) => (document as Document).Statement).flatMap(({ Action }) => Action);
}

/** The policies without that action; where nothing is left, with a denial of what nobody does. */
export function withoutAction(policies: readonly NamedPolicy[], action: string): readonly NamedPolicy[] {
  const edited = structuredClone(policies);
  for (const { document } of edited) {
    const policy = document as Document;
    policy.Statement = [policy.Statement].flat().flatMap((statement) => {
      const kept = [statement.Action].flat().filter((one) => one !== action);
      return kept.length === 0 ? [] : [{ ...statement, Action: kept }];
    });
    if (policy.Statement.length === 0) policy.Statement = [{ Effect: 'Deny', Action: 'sts:AssumeRole', Resource: '*' }];
  }
  return edited;
}

/** Plays something while these roles may do only that. */
export async function withPolicies<Played>({ aws: { iam } }: Pick<World, 'aws'>, changed: ReadonlyMap<string, readonly NamedPolicy[]>, play: () => Promise<Played>): Promise<Played> {
  const before = iam.rolePolicies();
  for (const [role, policies] of changed) iam.setPolicies(role, policies);
  try {
    return await play();
  } finally {
    for (const role of changed.keys()) iam.setPolicies(role, before.get(role) ?? []);
  }
}
