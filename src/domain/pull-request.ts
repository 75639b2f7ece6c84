import { CLAIM_LOST } from './claim.ts';
import { type Deployment, type PullRequestRef, targetName, type TargetKey } from './deployment.ts';
import { ConfigurationError } from './errors.ts';
import type { Instant } from './instant.ts';
import { oneLine } from './one-line.ts';
import type { Release } from './release.ts';
import type { Target } from './service.ts';

/** A pull request as its host has it. */
export type PullRequest = PullRequestRef & {
  readonly state: 'open' | 'merged' | 'closed';
  /** Commit that its head branch points to. */
  readonly head: string;
  /** Who merged or closed it, and when, where the host says. */
  readonly by?: string;
  readonly at?: Instant;
};

/** What a task that waits for a merge is answered with: the state machine's contract. */
export type MergeAnswer = { readonly status: 'merged'; readonly at: Instant } | { readonly status: 'rejected' | 'superseded'; readonly cause: string };

/**
 * Branch on which releases are proposed: one for each environment and service, and for each target that has edits of its own. A name in
 * slipway.yaml holds no `_`, so no two of them meet; nor is one the folder of another, which Git does not allow.
 */
export function headBranch({ service, environment, target }: TargetKey, { edits }: Pick<Target, 'edits'>): string {
  return `slipway/${environment}/${service}${edits === undefined ? '' : `_${target}`}`;
}

/** What the host's state of a pull request means to a deployment that waits for its merge; null while that goes on. */
export function answerToMerge({ state, number, url, by, at }: PullRequest, now: Instant): MergeAnswer | null {
  switch (state) {
    case 'open':
      return null;
    case 'merged':
      return { status: 'merged', at: now };
    case 'closed': {
      const who = `${by === undefined ? '' : ` by ${oneLine(by, 100)}`}${at === undefined ? '' : ` at ${at}`}`;
      return { status: 'rejected', cause: `pull request #${number} was closed without a merge${who}: ${url}` };
    }
  }
}

/** The claim went to another execution, which takes the pull request over as it comes to that. */
export const MERGE_CLAIM_LOST: MergeAnswer = { status: 'superseded', cause: CLAIM_LOST };

/** What the release that waited is answered when a newer one takes its pull request over. */
export function supersededByProposal({ tag, digest, releasedAt }: Release, { number }: PullRequestRef): MergeAnswer {
  return { status: 'superseded', cause: `superseded by the newer release ${tag} (${digest.slice(0, 19)}) of ${releasedAt}, which pull request #${number} proposes now` };
}

/** Title and text of a pull request: those of its commit, without the trailers, which are for Slipway itself. */
export function wordsOf(message: string): { readonly title: string; readonly body: string } {
  const [title = '', ...paragraphs] = message.trim().split('\n\n');
  return { title: title.replaceAll('\n', ' '), body: paragraphs.slice(0, -1).join('\n\n') };
}

/** @throws ConfigurationError for a deployment that proposed nothing */
export function proposedBy(deployment: Deployment): NonNullable<Deployment['pullRequest']> {
  if (deployment.pullRequest !== undefined) return deployment.pullRequest;
  throw new ConfigurationError(`${targetName(deployment)} waits for no pull request; start it again with slipway deploy.`);
}
