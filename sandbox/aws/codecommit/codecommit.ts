import { z } from 'zod';
import type { BareRepository } from '../../git/bare-repository.ts';
import { entryAt, readBlob, readCommit, type StoredEntry } from '../../git/stored-objects.ts';
import type { AwsEvent } from '../eventbridge/event.ts';
import { operation } from '../operation.ts';
import { AwsError, type AwsOperation, type AwsService } from '../service.ts';
import { createBranch, CreateBranchInput, deleteBranch, DeleteBranchInput } from './branches.ts';
import { CreateCommitInput, createCommit } from './create-commit.ts';
import { pullRequestOperations } from './pull-requests.ts';
import { headOf, type Repositories, repositoryArn, RepositoryName, repositoryOf } from './repository.ts';

export type CodeCommit = AwsService & {
  /** A repository of this account from now on, under that name. */
  addRepository(name: string, repository: BareRepository): void;
};

/**
 * Reads, commits and pull requests over bare repositories: what others write there is seen here, and the other way round.
 *
 * @param publish takes each event of a pull request
 */
export function createCodeCommit(publish: (event: AwsEvent) => void): CodeCommit {
  const repositories: Repositories = new Map();

  /** An operation that AWS allows by repository. */
  function on<Input extends RepositoryName>(name: string, schema: z.ZodType<Input>, run: (repository: BareRepository, input: Input) => Promise<object>): Readonly<Record<string, AwsOperation>> {
    const needs: Parameters<typeof operation<Input>>[2] = ({ repositoryName }, account) => [{ action: `codecommit:${name}`, resource: repositoryArn(repositoryName, account) }];
    return { [name]: operation(name, schema, needs, (input) => run(repositoryOf(repositories, input), input)) };
  }

  return {
    addRepository: (name, repository) => void repositories.set(name, repository),
    scope: 'codecommit',
    operations: {
      ...on('GetRepository', z.strictObject(RepositoryName), async ({ defaultBranch }, { repositoryName }) => ({ repositoryMetadata: { repositoryName, defaultBranch } })),
      ...on('GetBranch', z.strictObject({ ...RepositoryName, branchName: z.string() }), async (repository, { branchName }) => ({ branch: { branchName, commitId: headOf(repository, branchName) } })),
      ...on('GetCommit', z.strictObject({ ...RepositoryName, commitId: z.string() }), getCommit),
      ...on('GetFile', GetFileInput, getFile),
      ...on('GetFolder', GetFolderInput, getFolder),
      ...on('CreateCommit', CreateCommitInput, createCommit),
      ...on('CreateBranch', CreateBranchInput, createBranch),
      ...on('DeleteBranch', DeleteBranchInput, deleteBranch),
      ...pullRequestOperations(repositories, publish),
    },
  };
}

async function getCommit({ directory }: BareRepository, { commitId }: { readonly commitId: string }): Promise<object> {
  const commit = await readCommit(directory, commitId);
  if (commit === null) throw new AwsError('CommitIdDoesNotExistException', 'The specified commit ID does not exist.');
  return { commit: { commitId, treeId: commit.tree, parents: commit.parents, message: commit.message } };
}

const GetFileInput = z.strictObject({ ...RepositoryName, commitSpecifier: z.string(), filePath: z.string() });
const GetFolderInput = z.strictObject({ ...RepositoryName, commitSpecifier: z.string(), folderPath: z.string() });

const MODES: Readonly<Record<string, string>> = { '100644': 'NORMAL', '100755': 'EXECUTABLE', '120000': 'SYMLINK' };

async function getFile(repository: BareRepository, { commitSpecifier: commitId, filePath }: z.output<typeof GetFileInput>): Promise<object> {
  const entry = await entryOf(repository, commitId, filePath);
  if (entry?.type !== 'blob') throw new AwsError('FileDoesNotExistException', 'The specified file does not exist.');
  const bytes = await readBlob(repository.directory, entry.id);
  return { commitId, blobId: entry.id, filePath, fileMode: MODES[entry.mode], fileSize: bytes.length, fileContent: bytes.toString('base64') };
}

async function getFolder(repository: BareRepository, { commitSpecifier: commitId, folderPath }: z.output<typeof GetFolderInput>): Promise<object> {
  const entry = await entryOf(repository, commitId, folderPath);
  if (entry?.type !== 'tree') throw new AwsError('FolderDoesNotExistException', 'The specified folder does not exist.');
  return { commitId, folderPath, treeId: entry.id };
}

async function entryOf({ directory }: BareRepository, revision: string, path: string): Promise<StoredEntry | null> {
  if ((await readCommit(directory, revision)) === null) throw new AwsError('CommitDoesNotExistException', 'The specified commit does not exist.');
  return entryAt(directory, revision, path);
}
