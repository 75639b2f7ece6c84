import { z } from 'zod';
import type { BareRepository } from '../../git/bare-repository.ts';
import { branchHead } from '../../git/refs.ts';
import { AwsError, type AwsAccount } from '../service.ts';

/** The member by which every request names its repository. */
export const RepositoryName = { repositoryName: z.string() };
export type RepositoryName = { readonly repositoryName: string };

/** Repositories of the account, by name. */
export type Repositories = Map<string, BareRepository>;

/** CodeCommit's ARNs have no kind of resource before the name. */
export function repositoryArn(name: string, account: AwsAccount): string {
  return `arn:aws:codecommit:${account.region}:${account.id}:${name}`;
}

export function repositoryOf(repositories: Repositories, { repositoryName }: RepositoryName): BareRepository {
  const repository = repositories.get(repositoryName);
  if (repository === undefined) throw new AwsError('RepositoryDoesNotExistException', `${repositoryName} does not exist`);
  return repository;
}

export function headOf({ directory }: BareRepository, branch: string): string {
  const head = branchHead(directory, branch);
  if (head === null) throw new AwsError('BranchDoesNotExistException', 'The specified branch does not exist.');
  return head;
}
