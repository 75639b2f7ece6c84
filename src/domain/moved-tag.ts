import { namesTagOnly } from './edits.ts';
import type { Release } from './release.ts';
import type { Edit } from './service.ts';
import type { TargetState } from './target-state.ts';

/** With tags alone in Git, the same tag pushed again changes nothing there, and no rollout would begin. The cause to tell; null where it did not move. */
export function movedTag({ current }: TargetState, edits: readonly Edit[], { tag, digest }: Release): string | null {
  const moved = namesTagOnly(edits) && current?.release.tag === tag && current.release.digest !== digest;
  return moved ? `tag ${tag} moved; use \`tag@digest\` or a new tag` : null;
}
