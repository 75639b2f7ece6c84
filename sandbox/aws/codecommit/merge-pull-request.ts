import { moveBranch } from '../../git/refs.ts';
import { runGit } from '../../git/run-git.ts';
import { AwsError } from '../service.ts';
import { headOf } from './repository.ts';
import type { StoredPullRequest } from './stored-pull-requests.ts';

/** One commit on the destination that brings what the source has changed since the two parted. Its id. */
export async function squashOnto({ repository, source, destination, title }: StoredPullRequest): Promise<string> {
  const { directory } = repository;
  const [theirs, ours] = [headOf(repository, source), headOf(repository, destination)];
  const tree = await mergedTree(directory, ours, theirs);
  const commitId = (await runGit(directory, ['commit-tree', tree, '-p', ours], title)).toString().trim();
  if (!moveBranch(directory, { branch: destination, from: ours, to: commitId })) throw new AwsError('ConcurrentReferenceUpdateException', `${destination} is being updated.`);
  return commitId;
}

async function mergedTree(directory: string, ours: string, theirs: string): Promise<string> {
  try {
    return (await runGit(directory, ['merge-tree', '--write-tree', ours, theirs])).toString().trim();
  } catch {
    throw new AwsError('ManualMergeRequiredException', 'The pull request cannot be merged automatically into the destination branch.');
  }
}
