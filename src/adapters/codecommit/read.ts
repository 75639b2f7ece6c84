import { GetBranchCommand, GetCommitCommand, GetFileCommand, type GetFileOutput, GetFolderCommand, GetRepositoryCommand } from '@aws-sdk/client-codecommit';
import type { GitSnapshot } from '../../ports/git-host.ts';
import { decodeText, isRevision, missingBranch, missingCommit, missingFile, notAFile, partsOf, placeOf } from '../forge/repository-files.ts';
import { callCodeCommit, isException } from './errors.ts';
import type { CodeCommitRepository } from './open-codecommit.ts';

/** The head first, then its message and each file at that commit. */
export async function readSnapshot(codecommit: CodeCommitRepository, paths: readonly string[], revision?: string): Promise<GitSnapshot> {
  paths.forEach(partsOf);
  const { id, ...about } = revision === undefined ? await readHead(codecommit) : { id: revision };
  const [message, ...texts] = await Promise.all([readMessage(codecommit, id), ...paths.map((path) => readText(codecommit, path, id))]);
  return { revision: id, message, files: Object.fromEntries(paths.map((path, index) => [path, texts[index] ?? ''])), ...about };
}

async function readHead(codecommit: CodeCommitRepository) {
  const { client, repositoryName, branch: branchName } = codecommit;
  const [{ branch }, { repositoryMetadata }] = await Promise.all([
    callCodeCommit(codecommit, 'codecommit:GetBranch', () => client.send(new GetBranchCommand({ repositoryName, branchName }))),
    callCodeCommit(codecommit, 'codecommit:GetRepository', () => client.send(new GetRepositoryCommand({ repositoryName }))),
  ]);
  if (branch?.commitId === undefined) throw missingBranch(codecommit.name, branchName);
  return { id: branch.commitId, isDefaultBranch: repositoryMetadata?.defaultBranch === branchName };
}

async function readMessage(codecommit: CodeCommitRepository, commitId: string): Promise<string> {
  const { client, repositoryName, name } = codecommit;
  if (!isRevision(commitId)) throw missingCommit(name, commitId);
  const { commit } = await callCodeCommit(codecommit, 'codecommit:GetCommit', async () => {
    try {
      return await client.send(new GetCommitCommand({ repositoryName, commitId }));
    } catch (error) {
      throw isException(error, 'CommitIdDoesNotExistException') ? missingCommit(name, commitId) : error;
    }
  });
  return commit?.message ?? '';
}

async function readText(codecommit: CodeCommitRepository, path: string, revision: string): Promise<string> {
  const where = placeOf(codecommit.name, revision);
  const { fileContent, fileMode } = await readFile(codecommit, path, revision);
  if (fileMode === 'SYMLINK') throw notAFile(where, path, 'a symbolic link');
  return decodeText(where, path, fileContent ?? new Uint8Array());
}

/** @throws NotFoundError, ConfigurationError for a folder */
export async function readFile(codecommit: CodeCommitRepository, path: string, revision: string): Promise<GetFileOutput> {
  const { client, repositoryName, name } = codecommit;
  if (!isRevision(revision)) throw missingCommit(name, revision);
  return callCodeCommit(codecommit, 'codecommit:GetFile', async () => {
    try {
      return await client.send(new GetFileCommand({ repositoryName, commitSpecifier: revision, filePath: path }));
    } catch (error) {
      if (isException(error, 'CommitDoesNotExistException')) throw missingCommit(name, revision);
      if (!isException(error, 'FileDoesNotExistException')) throw error;
      throw (await isFolder(codecommit, path, revision)) ? notAFile(placeOf(name, revision), path, 'a folder') : missingFile(placeOf(name, revision), path);
    }
  });
}

async function isFolder({ client, repositoryName }: CodeCommitRepository, folderPath: string, commitSpecifier: string): Promise<boolean> {
  try {
    await client.send(new GetFolderCommand({ repositoryName, commitSpecifier, folderPath }));
    return true;
  } catch (error) {
    if (isException(error, 'FolderDoesNotExistException')) return false;
    throw error;
  }
}
