import { parseCommit } from './objects.ts';
import type { Remote } from './remote.ts';
import { fetchObjects, type ReadCapabilities } from './upload-pack.ts';

export type RecentCommit = { readonly revision: string; readonly message: string };

/** The commits that led to a revision, newest first, by their first parents. A server that can't leave trees out sends them too. */
export async function recentCommits(remote: Remote, { revision, limit, filter }: ReadCapabilities & { readonly revision: string; readonly limit: number }): Promise<readonly RecentCommit[]> {
  const objects = await fetchObjects(remote, { ids: [revision], depth: limit, ...(filter ? { filter: 'tree:0' as const } : {}) });
  const commits: RecentCommit[] = [];
  for (let next: string | null = revision; next !== null; ) {
    const object = objects.get(next);
    if (object?.type !== 'commit') break;
    const { parent, message } = parseCommit(object.body);
    commits.push({ revision: next, message });
    next = parent;
  }
  return commits;
}
