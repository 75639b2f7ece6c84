import { CreateBranchCommand, CreateCommitCommand, DeleteBranchCommand, GetBranchCommand } from '@aws-sdk/client-codecommit';
import { ConflictError, UnavailableError } from '../../domain/errors.ts';
import type { HeadBranch, Proposal } from '../../ports/pull-requests.ts';
import { SLIPWAY } from './commit.ts';
import { callCodeCommit, isException } from './errors.ts';
import type { CodeCommitRepository } from './open-codecommit.ts';

/** Commit that a branch points to; null where there is no such branch. */
export async function branchHead(codecommit: CodeCommitRepository, branchName: string): Promise<string | null> {
  const { client, repositoryName } = codecommit;
  return callCodeCommit(codecommit, 'codecommit:GetBranch', async () => {
    try {
      return (await client.send(new GetBranchCommand({ repositoryName, branchName }))).branch?.commitId ?? null;
    } catch (error) {
      if (isException(error, 'BranchDoesNotExistException')) return null;
      throw error;
    }
  });
}

/**
 * CodeCommit moves no branch by force. Under an open pull request the commit goes on top of the one before, with the files as they are to
 * be on the base; else the branch is made anew on the base.
 */
export async function moveHeadBranch(codecommit: CodeCommitRepository, { branch, base, files, message }: Proposal): Promise<string> {
  const onTop = branch.pullRequest !== null && branch.head !== null;
  if (!onTop) await makeAnew(codecommit, branch, base.revision);
  const parentCommitId = onTop ? branch.head : base.revision;
  const { client, repositoryName, author: { name: authorName, email } = SLIPWAY } = codecommit;
  const putFiles = Object.entries(files).map(([filePath, text]) => ({ filePath, fileContent: Buffer.from(text) }));
  const command = new CreateCommitCommand({ repositoryName, branchName: branch.name, parentCommitId: parentCommitId ?? base.revision, commitMessage: message, authorName, email, putFiles });
  const commitId = await callCodeCommit({ ...codecommit, branch: branch.name }, 'codecommit:CreateCommit', async () => {
    try {
      return (await client.send(command)).commitId;
    } catch (error) {
      // It holds just that already.
      if (isException(error, 'NoChangeException')) return parentCommitId;
      throw error;
    }
  });
  if (commitId === undefined || commitId === null) throw new UnavailableError(`${codecommit.name} did not say which commit it made.`);
  return commitId;
}

/** What was on the branch is merged or closed. One that somebody has moved since is put back. */
async function makeAnew(codecommit: CodeCommitRepository, { name, head }: HeadBranch, revision: string): Promise<void> {
  if (head !== null) {
    const removed = await removeBranch(codecommit, name);
    if (removed !== head) {
      if (removed !== null) await createBranch(codecommit, name, removed);
      throw moved(codecommit, name, removed);
    }
  }
  await createBranch(codecommit, name, revision);
}

async function createBranch(codecommit: CodeCommitRepository, branchName: string, commitId: string): Promise<void> {
  const { client, repositoryName } = codecommit;
  await callCodeCommit(codecommit, 'codecommit:CreateBranch', async () => {
    try {
      await client.send(new CreateBranchCommand({ repositoryName, branchName, commitId }));
    } catch (error) {
      throw isException(error, 'BranchNameExistsException') ? moved(codecommit, branchName, 'a commit of somebody else') : error;
    }
  });
}

/** Commit that it pointed to; null where it was not there. */
export async function removeBranch(codecommit: CodeCommitRepository, branchName: string): Promise<string | null> {
  const { client, repositoryName } = codecommit;
  const { deletedBranch } = await callCodeCommit(codecommit, 'codecommit:DeleteBranch', () => client.send(new DeleteBranchCommand({ repositoryName, branchName })));
  return deletedBranch?.commitId ?? null;
}

function moved({ name }: CodeCommitRepository, branch: string, to: string | null): ConflictError {
  return new ConflictError(`${name}: ${branch} moved before the commit arrived: it points to ${to}.`);
}
