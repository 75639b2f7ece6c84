import { describeEdits } from '../domain/covers.ts';
import type { Environment } from '../domain/service.ts';
import { sharedScalar } from '../domain/target-edits.ts';
import type { Problem } from './problem.ts';

/** What an environment asks for that is decided target by target, and so can't be kept where two targets share a scalar. */
export function sharedScalarProblems(environment: Environment, path: Problem['path']): readonly Problem[] {
  const shared = firstShared(environment);
  if (shared === null) return [];
  const { approval, rollback, order } = environment;
  const broken: readonly (readonly [asked: boolean, key: string, promise: string])[] = [
    [approval !== undefined, 'approval', 'is given for one target'],
    [rollback === 'automatic', 'rollback', 'takes one target back'],
    [order.policy === 'queue', 'order', 'lets a release wait for the one before at its target'],
  ];
  return broken.flatMap(([asked, key, promise]): Problem[] =>
    asked ? [{ path: [...path, key], message: `${promise}, but ${shared}; give each target an \`edit\` of its own` }] : [],
  );
}

/** As `eu and us share image.tag of envs/prod/values.yaml`; null where every target has its scalars for itself. */
function firstShared(environment: Environment): string | null {
  for (const target of Object.keys(environment.targets)) {
    const shared = sharedScalar(environment, target);
    if (shared !== null) return `${target} and ${shared.with} share ${describeEdits([shared.edit])}`;
  }
  return null;
}
