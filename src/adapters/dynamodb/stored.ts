import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { Claim } from '../../domain/claim.ts';
import type { Commit, Marks, Outcome, PullRequestRef } from '../../domain/deployment.ts';
import { RefusedError } from '../../domain/errors.ts';
import type { Release } from '../../domain/release.ts';
import { STAGES, type Timings } from '../../domain/timings.ts';
import type { CurrentRelease, Hold, Quarantined, Waiting } from '../../domain/target-state.ts';
import type { Attempt, PendingApproval, PendingMerge } from '../../ports/deployment-store.ts';
import { readAnswer } from '../aws/answer.ts';

// Strict, so that a member which a schema forgot is an error and not a loss.
const instant = z.iso.datetime();

export const StoredRelease: z.ZodMiniType<Release> = z.strictObject({
  registry: z.string(),
  repository: z.string(),
  tag: z.string(),
  digest: z.string(),
  digests: z.array(z.string()),
  releasedAt: instant,
  imagePushedAt: instant,
});

/** The claim without what stands in attributes of its own, for conditions and single writes: holder, generation and `committing`. */
export type ClaimBody = Omit<Claim, 'execution' | 'generation' | 'committing'>;

export const StoredClaim: z.ZodMiniType<ClaimBody> = z.strictObject({
  releasedAt: instant,
  imagePushedAt: instant,
  digest: z.string(),
  tag: z.string(),
  takenBy: z.string(),
  redrives: z.number(),
  claimedAt: instant,
  interrupts: z.exactOptional(z.array(z.strictObject({ tag: z.string(), digest: z.string() }))),
});

export const StoredCurrent: z.ZodMiniType<CurrentRelease> = z.strictObject({ release: StoredRelease, execution: z.string(), concludedAt: instant });

export const StoredWaiting: z.ZodMiniType<Waiting> = z.strictObject({ release: StoredRelease, since: instant });

export const StoredHold: z.ZodMiniType<Hold> = z.strictObject({ reason: z.string(), by: z.string(), since: instant });

export const StoredQuarantine: z.ZodMiniType<readonly Quarantined[]> = z.array(
  z.strictObject({ digest: z.string(), tag: z.string(), since: instant, cause: z.string() }),
);

export const StoredApproval: z.ZodMiniType<PendingApproval> = z.strictObject({
  service: z.string(),
  environment: z.string(),
  target: z.string(),
  release: StoredRelease,
  execution: z.string(),
  taskToken: z.string(),
  requestedAt: instant,
  expiresAt: instant,
  current: z.nullable(z.strictObject({ tag: z.string(), digest: z.string() })),
});

const StoredPullRequest: z.ZodMiniType<PullRequestRef> = z.strictObject({ number: z.number(), url: z.string() });

export const StoredMerge: z.ZodMiniType<PendingMerge> = z.strictObject({
  service: z.string(),
  environment: z.string(),
  target: z.string(),
  release: z.strictObject({ tag: z.string(), digest: z.string() }),
  execution: z.string(),
  generation: z.number(),
  pullRequest: StoredPullRequest,
  taskToken: z.string(),
  requestedAt: instant,
  expiresAt: instant,
});

const StoredMarks: z.ZodMiniType<Marks> = z.strictObject({
  pushed: z.exactOptional(instant),
  started: instant,
  resolved: z.exactOptional(instant),
  approved: z.exactOptional(instant),
  claimed: z.exactOptional(instant),
  committed: z.exactOptional(instant),
  merged: z.exactOptional(instant),
  operationStarted: z.exactOptional(instant),
  applied: z.exactOptional(instant),
  ready: z.exactOptional(instant),
  noticed: z.exactOptional(instant),
  verified: z.exactOptional(instant),
});

const StoredCommit: z.ZodMiniType<Commit> = z.strictObject({
  revision: z.nullable(z.string()),
  head: z.string(),
  url: z.nullable(z.string()),
  changes: z.array(z.strictObject({ file: z.string(), path: z.string(), line: z.number(), before: z.string(), after: z.string() })),
});

const StoredTimings: z.ZodMiniType<Timings> = z.intersection(
  z.partialRecord(z.enum([...STAGES, 'total', 'overhead']), z.number()),
  z.object({ total: z.number(), overhead: z.number() }),
);

const StoredOutcome: z.ZodMiniType<Outcome> = z.enum(['succeeded', 'failed', 'errored', 'rolled-back', 'superseded', 'rejected', 'ignored']);

export const StoredAttempt: z.ZodMiniType<Attempt> = z.strictObject({
  execution: z.string(),
  generation: z.number(),
  outcome: StoredOutcome,
  cause: z.nullable(z.string()),
  warnings: z.array(z.string()),
  approvedBy: z.exactOptional(z.string()),
  marks: StoredMarks,
  reported: z.strictObject({
    operationStarted: z.exactOptional(instant),
    operationFinished: z.exactOptional(instant),
    ready: z.exactOptional(instant),
  }),
  idle: z.array(z.strictObject({ from: instant, to: instant })),
  timings: StoredTimings,
  commit: z.nullable(StoredCommit),
  pullRequest: z.exactOptional(StoredPullRequest),
  pods: z.array(z.strictObject({ name: z.string(), ready: z.boolean(), digest: z.nullable(z.string()) })),
  rollback: z.nullable(z.strictObject({ tag: z.string(), digest: z.string(), commit: z.nullable(StoredCommit), took: z.number() })),
  concludedAt: instant,
});

/** Reads a structure that was stored as JSON. @throws RefusedError naming the item */
export function readStored<T>(schema: z.ZodMiniType<T>, attribute: AttributeValue | undefined, item: string): T {
  let body: unknown;
  try {
    body = JSON.parse(attribute?.S ?? '');
  } catch (cause) {
    throw new RefusedError(`${item} is not JSON; restore the table's item from its backup.`, { cause });
  }
  return readAnswer(schema, body, item);
}
