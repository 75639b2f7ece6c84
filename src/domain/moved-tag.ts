import { namesTagOnly } from './edits.ts';
import type { Release } from './release.ts';
import type { Edit } from './service.ts';
import type { TargetState } from './target-state.ts';

/** With tags alone in Git, the same tag pushed again changes nothing there, and no rollout would begin: the cause of that failure, else null. */
export function movedTag({ current }: TargetState, edits: readonly Edit[], { tag, digest }: Release): string | null {
  const hasMoved = namesTagOnly(edits) && current?.release.tag === tag && current.release.digest !== digest;
  return hasMoved ? `tag ${tag} moved; use \`tag@digest\` or a new tag` : null;
}
