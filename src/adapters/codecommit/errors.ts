import { ConflictError, NotFoundError, RefusedError, SlipwayError } from '../../domain/errors.ts';
import { oneLine } from '../../domain/one-line.ts';
import { awsError } from '../aws/errors.ts';
import { missingBranch } from '../forge/repository-files.ts';
import type { CodeCommitRepository } from './open-codecommit.ts';

/** What CodeCommit says of a commit that came second. */
const RACES = /^(ParentCommitIdOutdated|ConcurrentReferenceUpdate|ParentCommitDoesNotExist)Exception$/;

/** Runs one call on the repository and turns its error into the domain's. */
export async function callCodeCommit<Answer>(codecommit: CodeCommitRepository, needs: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof SlipwayError) throw error;
    throw codeCommitError(codecommit, needs, error);
  }
}

/** Whether the call failed with this exception. */
export function isException(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name;
}

function codeCommitError(codecommit: CodeCommitRepository, needs: string, error: unknown): unknown {
  const { name, branch } = codecommit;
  if (!(error instanceof Error)) return error;
  const said = oneLine(`${error.name}: ${error.message}`).replace(/\.$/, '');
  if (RACES.test(error.name)) return new ConflictError(`${name}: ${branch} moved before the commit arrived: ${said}.`, { cause: error });
  if (error.name === 'BranchDoesNotExistException') return missingBranch(name, branch);
  if (error.name === 'RepositoryDoesNotExistException') return new NotFoundError(`${name} does not exist in that region of this account; check its URL (${said}).`, { cause: error });
  if (/LimitExceededException$/.test(error.name)) return new RefusedError(`${name} declined the commit to ${branch}: ${said}.`, { cause: error });
  const doing = needs === 'codecommit:CreateCommit' ? `commit to ${branch} of ${name}` : `read ${name}`;
  return awsError(error, { doing, needs });
}
