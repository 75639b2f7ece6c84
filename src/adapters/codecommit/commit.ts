import { CreateCommitCommand, type CreateCommitInput } from '@aws-sdk/client-codecommit';
import { UnavailableError } from '../../domain/errors.ts';
import type { Identity } from '../../domain/service.ts';
import type { GitChange } from '../../ports/git-host.ts';
import { anyOf } from '../forge/api-host.ts';
import { callCodeCommit } from './errors.ts';
import type { CodeCommitRepository } from './open-codecommit.ts';
import { readFile } from './read.ts';

export const SLIPWAY: Identity = { name: 'Slipway', email: 'slipway@users.noreply.invalid' };

/** One commit, if the branch still points to the head. @param known paths of the head's files that were read */
export async function commitFiles(codecommit: CodeCommitRepository, { head, files, message }: GitChange, known: readonly string[]): Promise<string> {
  const { client, repositoryName, branch: branchName, author: { name: authorName, email } = SLIPWAY } = codecommit;
  const changes = Object.keys(files).length === 0 ? await otherMode(codecommit, known, head) : { putFiles: Object.entries(files).map(([filePath, text]) => ({ filePath, fileContent: Buffer.from(text) })) };
  const command = new CreateCommitCommand({ repositoryName, branchName, parentCommitId: head, commitMessage: message, authorName, email, ...changes });
  const { commitId } = await callCodeCommit(codecommit, 'codecommit:CreateCommit', () => client.send(command));
  if (commitId === undefined) throw new UnavailableError(`${codecommit.name} did not say which commit it made.`);
  return commitId;
}

/** CodeCommit takes no commit that changes nothing, and the branch must move: a file gets or loses its executable bit, its content stays. */
async function otherMode(codecommit: CodeCommitRepository, known: readonly string[], head: string): Promise<Pick<CreateCommitInput, 'setFileModes'>> {
  const path = anyOf(codecommit, known);
  const { fileMode } = await readFile(codecommit, path, head);
  return { setFileModes: [{ filePath: path, fileMode: fileMode === 'EXECUTABLE' ? 'NORMAL' : 'EXECUTABLE' }] };
}
