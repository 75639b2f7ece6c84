import * as z from 'zod/mini';
import type { GitChange } from '../../ports/git-host.ts';
import { runOperation } from './graphql.ts';
import type { GitHubRepository } from './open-github.ts';
import { COMMIT_MUTATION } from './queries.ts';

const Answer = z.object({ createCommitOnBranch: z.object({ commit: z.object({ oid: z.string() }) }) });

/** One commit, in one request, if the branch still points to the head; author and signature are GitHub's. */
export async function commitFiles(repository: GitHubRepository, { head, files, message }: GitChange): Promise<string> {
  const { owner, repository: name, branch } = repository;
  const additions = Object.entries(files).map(([path, text]) => ({ path, contents: Buffer.from(text).toString('base64') }));
  const input = {
    branch: { repositoryNameWithOwner: `${owner}/${name}`, branchName: branch },
    expectedHeadOid: head,
    message: splitMessage(message),
    fileChanges: { additions },
  };
  const { createCommitOnBranch } = await runOperation(repository, { query: COMMIT_MUTATION, variables: { input }, access: 'write' }, Answer);
  return createCommitOnBranch.commit.oid;
}

/** GitHub puts an empty line between the two. */
function splitMessage(message: string): { readonly headline: string; readonly body: string } {
  const [headline = '', ...rest] = message.trimEnd().split('\n');
  return { headline, body: rest.join('\n').replace(/^\n+/, '') };
}
