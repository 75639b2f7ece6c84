import type { TargetReport } from './target.ts';

/** What `slipway status --json` says of a target: everything but the tokens that answer an approval or a merge. */
export function targetSummary({ key, state, approval, merge, history }: TargetReport) {
  const { current, claim, hold, next, quarantine } = state;
  return { ...key, current, deploying: claim?.execution ?? null, hold, next, quarantine, approval: approval === null ? null : pending(approval), merge: merge === null ? null : waiting(merge), deployments: history };
}

function pending({ release, execution, requestedAt, expiresAt, current }: NonNullable<TargetReport['approval']>) {
  return { release, execution, requestedAt, expiresAt, current };
}

function waiting({ release, execution, pullRequest, requestedAt, expiresAt }: NonNullable<TargetReport['merge']>) {
  return { release, execution, pullRequest, requestedAt, expiresAt };
}
