import { z } from 'zod';
import { type BareRepository, commitIfHead } from '../../git/bare-repository.ts';
import { entryAt, readBlob, type StoredEntry } from '../../git/stored-objects.ts';
import { AwsError } from '../service.ts';
import { headOf, RepositoryName } from './repository.ts';

const FileMode = z.enum(['NORMAL', 'EXECUTABLE']);

export const CreateCommitInput = z.strictObject({
  ...RepositoryName,
  branchName: z.string(),
  parentCommitId: z.string(),
  commitMessage: z.string(),
  authorName: z.string(),
  email: z.string(),
  putFiles: z.array(z.strictObject({ filePath: z.string(), fileContent: z.base64() })).default([]),
  setFileModes: z.array(z.strictObject({ filePath: z.string(), fileMode: FileMode })).default([]),
});
type CreateCommitInput = z.output<typeof CreateCommitInput>;

/** One commit on the branch's head, which the caller has to name. Its author is its committer. */
export async function createCommit(repository: BareRepository, input: CreateCommitInput): Promise<object> {
  const { directory } = repository;
  const { branchName: branch, parentCommitId: parent } = input;
  if (headOf(repository, branch) !== parent) throw new AwsError('ParentCommitIdOutdatedException', `The parent commit ID ${parent} is not the current tip of ${branch}.`);
  const files = Object.fromEntries(input.putFiles.map(({ filePath, fileContent }) => [filePath, Buffer.from(fileContent, 'base64')]));
  const modes = Object.fromEntries(await Promise.all(input.setFileModes.map(async ({ filePath, fileMode }) => [filePath, { ...(await fileAt(repository, parent, filePath)), mode: MODES[fileMode] }] as const)));
  if (!(await changesSomething(repository, parent, { files, modes }))) throw new AwsError('NoChangeException', 'The commit cannot be created because no changes will be made to the repository as a result of this commit.');
  const committer = { name: input.authorName, email: input.email };
  const commitId = await commitIfHead(directory, { branch, parent, message: input.commitMessage, files, modes, committer });
  if (commitId === null) throw new AwsError('ConcurrentReferenceUpdateException', `${branch} is being updated.`);
  return { commitId };
}

const MODES = { NORMAL: '100644', EXECUTABLE: '100755' } as const;

async function fileAt({ directory }: BareRepository, revision: string, path: string): Promise<StoredEntry> {
  const entry = await entryAt(directory, revision, path);
  if (entry?.type !== 'blob') throw new AwsError('FileDoesNotExistException', 'The specified file does not exist.');
  return entry;
}

type Changes = { readonly files: Readonly<Record<string, Buffer>>; readonly modes: Readonly<Record<string, StoredEntry>> };

async function changesSomething({ directory }: BareRepository, revision: string, { files, modes }: Changes): Promise<boolean> {
  for (const [path, content] of Object.entries(files)) {
    const entry = await entryAt(directory, revision, path);
    if (entry?.type !== 'blob' || !(await readBlob(directory, entry.id)).equals(content)) return true;
  }
  for (const [path, { mode }] of Object.entries(modes)) if ((await entryAt(directory, revision, path))?.mode !== mode) return true;
  return false;
}
