import { pullOperations } from './codecommit-pulls.ts';
import { type ForgeAnswer, type ForgeCall, startForgeServer } from './forge-server.ts';
import type { ForgeState, ForgeUser, StandIn } from './forge-world.ts';
import { blobBytes, branchHead, commitMessage, entryAt, hasCommit, moveBranch, type StoredEntry, writeCommit } from './stored-commits.ts';

type Request = Readonly<Record<string, unknown>> & { readonly repositoryName: string };
type Operation = (state: ForgeState, request: Request, user: ForgeUser) => Promise<object>;

/** An exception of CodeCommit, by its name. */
class CodeCommitException extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** CodeCommit's API for the repository `config`. Users are told apart by their access key; their rights are IAM's. */
export async function startCodeCommit(state: ForgeState): Promise<StandIn> {
  return startForgeServer('CodeCommit', async (call) => {
    const name = /^CodeCommit_20150413\.(\w+)$/.exec(String(call.headers['x-amz-target']))?.[1] ?? '';
    const operation = OPERATIONS[name] ?? PULL_OPERATIONS[name];
    return operation === undefined ? exception(501, 'UnknownOperationException', `The stand-in for CodeCommit does not know ${name}`) : answer(state, operation, name, call);
  });
}

function exception(status: number, type: string, message: string): ForgeAnswer {
  return { status, json: { __type: type, message }, headers: { 'content-type': 'application/x-amz-json-1.1' } };
}

async function answer(state: ForgeState, operation: Operation, name: string, { headers, body }: ForgeCall): Promise<ForgeAnswer> {
  if (state.limitedUntil !== null) return exception(400, 'ThrottlingException', 'Rate exceeded');
  const key = /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
  const user = state.tokens.get(key);
  if (user === undefined) return exception(400, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
  const isDenied = /^(Create|Delete|Update)/.test(name) && (user === 'reader' || state.isProtected);
  if (isDenied) return exception(400, 'AccessDeniedException', `User: ${user} is not authorized to perform: codecommit:${name} with an explicit deny in an identity-based policy`);
  const request = JSON.parse(body.toString()) as Request;
  if (name in OPERATIONS && request.repositoryName !== 'config') return exception(400, 'RepositoryDoesNotExistException', `${request.repositoryName} does not exist`);
  try {
    return { status: 200, json: await operation(state, request, user), headers: { 'content-type': 'application/x-amz-json-1.1' } };
  } catch (error) {
    if (!(error instanceof CodeCommitException)) throw error;
    return exception(400, error.type, error.message);
  }
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  GetRepository: async () => ({ repositoryMetadata: { repositoryName: 'config', defaultBranch: 'main' } }),
  async GetBranch({ directory }, { branchName }) {
    return { branch: { branchName, commitId: await headOf(directory, String(branchName)) } };
  },
  async GetCommit({ directory }, { commitId }) {
    const id = String(commitId);
    if (!(await hasCommit(directory, id))) throw new CodeCommitException('CommitIdDoesNotExistException', 'The specified commit ID does not exist.');
    return { commit: { commitId: id, message: await commitMessage(directory, id) } };
  },
  async GetFile({ directory }, { commitSpecifier, filePath }) {
    const entry = await entryOf(directory, commitSpecifier, filePath);
    if (entry?.type !== 'blob') throw new CodeCommitException('FileDoesNotExistException', 'The specified file does not exist.');
    const bytes = await blobBytes(directory, entry.id);
    return { blobId: entry.id, filePath, fileMode: entry.mode === '100755' ? 'EXECUTABLE' : 'NORMAL', fileSize: bytes.length, fileContent: bytes.toString('base64') };
  },
  async GetFolder({ directory }, { commitSpecifier, folderPath }) {
    if ((await entryOf(directory, commitSpecifier, folderPath))?.type !== 'tree') throw new CodeCommitException('FolderDoesNotExistException', 'The specified folder does not exist.');
    return { folderPath };
  },
  CreateCommit: createCommit,
};

const PULL_OPERATIONS: Readonly<Record<string, Operation>> = pullOperations((type, message) => new CodeCommitException(type, message));

async function headOf(directory: string, branch: string): Promise<string> {
  const head = await branchHead(directory, branch);
  if (head === null) throw new CodeCommitException('BranchDoesNotExistException', 'The specified branch does not exist.');
  return head;
}

async function entryOf(directory: string, revision: unknown, path: unknown): Promise<StoredEntry | null> {
  if (!(await hasCommit(directory, String(revision)))) throw new CodeCommitException('CommitDoesNotExistException', 'The specified commit does not exist.');
  return entryAt(directory, String(revision), String(path));
}

type NewFiles = { readonly putFiles?: { filePath: string; fileContent: string }[]; readonly setFileModes?: { filePath: string; fileMode: 'EXECUTABLE' | 'NORMAL' }[] };

async function createCommit(state: ForgeState, request: Request): Promise<object> {
  const { directory, declined } = state;
  const branch = String(request['branchName']);
  const head = await headOf(directory, branch);
  const parent = String(request['parentCommitId']);
  if (parent !== head) throw new CodeCommitException('ParentCommitIdOutdatedException', `The parent commit ID ${parent} is not the current tip of ${branch}.`);
  if (declined !== null) throw new CodeCommitException('CommitMessageLengthExceededException', declined);
  const { putFiles = [], setFileModes = [] } = request as NewFiles;
  if (putFiles.length + setFileModes.length === 0) throw new CodeCommitException('NoChangeException', 'The commit cannot be created because no changes will be made to the repository.');
  const files = Object.fromEntries(putFiles.map(({ filePath, fileContent }) => [filePath, Buffer.from(fileContent, 'base64')]));
  const modes = Object.fromEntries(setFileModes.map(({ filePath, fileMode }) => [filePath, fileMode === 'EXECUTABLE' ? '100755' : '100644']));
  const commitId = await writeCommit(directory, { parent: head, message: String(request['commitMessage']), files, modes });
  if (!(await moveBranch(directory, branch, head, commitId))) throw new CodeCommitException('ConcurrentReferenceUpdateException', `${branch} is being updated.`);
  return { commitId };
}
