import * as z from 'zod/mini';
import type { GitChange } from '../../ports/git-host.ts';
import { runOperation } from './graphql.ts';
import type { GitHubRepository } from './open-github.ts';
import { COMMIT_MUTATION } from './queries.ts';

const Answer = z.object({ createCommitOnBranch: z.object({ commit: z.object({ oid: z.string() }) }) });

/** One commit, in one request, if the branch still points to the head; author and signature are GitHub's. */
export async function commitFiles(repository: GitHubRepository, change: GitChange): Promise<string> {
  const variables = { input: commitInput(repository, change) };
  const { createCommitOnBranch } = await runOperation(repository, { query: COMMIT_MUTATION, variables, access: 'write' }, Answer);
  return createCommitOnBranch.commit.oid;
}

export function commitInput({ owner, repository: name, branch }: GitHubRepository, { head, files, message }: GitChange) {
  const additions = Object.entries(files).map(([path, text]) => ({ path, contents: Buffer.from(text).toString('base64') }));
  return {
    branch: { repositoryNameWithOwner: `${owner}/${name}`, branchName: branch },
    expectedHeadOid: head,
    message: splitMessage(message),
    fileChanges: { additions },
  };
}

/** GitHub puts an empty line between the two. */
function splitMessage(message: string): { readonly headline: string; readonly body: string } {
  const [headline = '', ...rest] = message.trimEnd().split('\n');
  return { headline, body: rest.join('\n').replace(/^\n+/, '') };
}
