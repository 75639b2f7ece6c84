import type { TargetReport } from './target.ts';

/** What `slipway status --json` says of a target: everything but the token that answers an approval. */
export function targetSummary({ key, state, approval, history }: TargetReport) {
  const { current, claim, hold, next, quarantine } = state;
  return { ...key, current, deploying: claim?.execution ?? null, hold, next, quarantine, approval: approval === null ? null : pending(approval), deployments: history };
}

function pending({ release, execution, requestedAt, expiresAt, current }: NonNullable<TargetReport['approval']>) {
  return { release, execution, requestedAt, expiresAt, current };
}
