import { isSameRepository } from './git-url.ts';
import type { Edit, Environment, Target } from './service.ts';
import { mayMeet, parseValuesPath } from './values-path.ts';

/** What a release is written to on its way to one target: the target's own edits, else those of its environment. */
export function editsOf({ edits }: Pick<Environment, 'edits'>, target: Pick<Target, 'edits'>): readonly Edit[] {
  return target.edits ?? edits;
}

/** A scalar that two targets have, or may have, in common: what is written to it for one of them, the other gets as well. */
export type SharedScalar = { readonly with: string; readonly edit: Edit };

/**
 * The first scalar that a target has in common with another of its environment; null where it has all of its scalars for itself.
 * @throws ConfigurationError as `parseValuesPath`
 */
export function sharedScalar(environment: Environment, target: string): SharedScalar | null {
  const ours = editsOfTarget(environment, target);
  for (const other of Object.keys(environment.targets)) {
    if (other === target) continue;
    const theirs = editsOfTarget(environment, other);
    const edit = ours.find((one) => theirs.some((their) => isSameScalar(one, their) && !isSameLiteral(one, their)));
    if (edit !== undefined) return { with: other, edit };
  }
  return null;
}

function editsOfTarget(environment: Environment, name: string): readonly Edit[] {
  const target = environment.targets[name];
  return target === undefined ? [] : editsOf(environment, target);
}

/** The same text for every release of either target: nothing that is decided for one shows there. */
function isSameLiteral({ value: a }: Edit, { value: b }: Edit): boolean {
  return typeof a === 'object' && typeof b === 'object' && a.literal === b.literal;
}

/** One path has several spellings, as `image.tag` and `["image"].tag`, and an item of a list has an index as well as what it is found by. */
function isSameScalar(a: Edit, b: Edit): boolean {
  return a.file === b.file && a.git.branch === b.git.branch && isSameRepository(a.git.url, b.git.url) && mayMeet(parseValuesPath(a.path), parseValuesPath(b.path));
}
