import { z } from 'zod';
import type { BareRepository } from '../../git/bare-repository.ts';
import { moveBranch, removeBranch } from '../../git/refs.ts';
import { AwsError } from '../service.ts';
import { RepositoryName } from './repository.ts';

export const CreateBranchInput = z.strictObject({ ...RepositoryName, branchName: z.string(), commitId: z.string() });
export const DeleteBranchInput = z.strictObject({ ...RepositoryName, branchName: z.string() });

export async function createBranch({ directory }: BareRepository, { branchName: branch, commitId: to }: z.output<typeof CreateBranchInput>): Promise<object> {
  if (!moveBranch(directory, { branch, from: null, to })) throw new AwsError('BranchNameExistsException', 'The branch name already exists.');
  return {};
}

/** A branch that is not there is no error. */
export async function deleteBranch({ directory }: BareRepository, { branchName }: z.output<typeof DeleteBranchInput>): Promise<object> {
  const commitId = await removeBranch(directory, branchName);
  return commitId === null ? {} : { deletedBranch: { branchName, commitId } };
}
