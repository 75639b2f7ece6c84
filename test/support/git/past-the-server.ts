import type { BareRepository } from '../../../sandbox/git/bare-repository.ts';
import { branchHead } from '../../../sandbox/git/refs.ts';
import { runGit } from '../../../sandbox/git/run-git.ts';
import { readCommit } from '../../../sandbox/git/stored-objects.ts';
import type { GitWorld } from '../../contract/git-host.contract.ts';
import type { LostPushWorld } from '../../contract/lost-push.contract.ts';
import type { Remains } from '../../contract/pull-requests.contract.ts';

/** What other people do in a repository, and what is found there afterwards: past the server, and whatever it would say. */
export function pastTheServer({ directory, ...repository }: BareRepository): Pick<GitWorld, 'commit' | 'head' | 'reset' | 'people'> & Pick<LostPushWorld, 'messages'> {
  return {
    people: (revision) => peopleOf(directory, revision),
    commit: (files) => repository.commit({ message: 'Another change\n', files }),
    head: async () => (await repository.resolve('main')) ?? '',
    messages: async () => (await runGit(directory, ['log', '-z', '--format=%B', 'main'])).toString().split('\0'),
    reset: async (revision) => void (await runGit(directory, ['update-ref', 'refs/heads/main', revision])),
  };
}

export async function peopleOf(directory: string, revision: string): Promise<{ readonly author: string; readonly committer: string }> {
  const [author = '', committer = ''] = (await runGit(directory, ['log', '-1', '--format=%an <%ae>%n%cn <%ce>', revision])).toString().split('\n');
  return { author, committer };
}

/** What a branch points to, and what that stands on; null where there is no such branch. */
export async function headAndParent(directory: string, branch: string): Promise<{ readonly head: string; readonly parent: string } | null> {
  const commit = await readCommit(directory, branchHead(directory, branch) ?? '');
  return commit === null ? null : { head: commit.id, parent: commit.parents[0] ?? '' };
}

/** Which branches there are, in the order of their names, and a way to leave one. */
export function remainsOf(directory: string): Pick<Remains, 'branches' | 'leave'> {
  return {
    branches: async () => (await runGit(directory, ['for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads'])).toString().split('\n').filter(Boolean),
    leave: async (branch) => void (await runGit(directory, ['update-ref', `refs/heads/${branch}`, 'refs/heads/main'])),
  };
}
