import { ConflictError } from '../domain/errors.ts';
import type { GitSnapshot } from '../ports/git-host.ts';

/** How often a race for the branch is run here before the state machine retries. */
const ATTEMPTS = 8;

/**
 * Commits on the branch head. A lost race is read again, so that the edit is made on the new head, where another release may have
 * become the one to respect.
 *
 * @param commit decides on what was read, proves the claim, and commits on that head alone
 * @throws ConflictError when the race was lost every time
 */
export async function commitOnHead<Answer>(read: () => Promise<GitSnapshot>, commit: (snapshot: GitSnapshot) => Promise<Answer>, attempts = ATTEMPTS): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await commit(await read());
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      if (attempt === attempts) throw new ConflictError(`${error.message} This was lost ${attempts} times; the state machine tries again.`, { cause: error });
    }
  }
}
