import { targetName } from '../../src/domain/deployment.ts';
import type { PendingApproval } from '../../src/ports/deployment-store.ts';
import type { TakenAnswer } from '../approval/signed-answers.ts';

/** What waits for approval in a stage: release, what it replaces, since when and until when, and where to look closer. */
export function describeApprovals(approvals: readonly PendingApproval[], stage: string): string {
  if (approvals.length === 0) return 'Nothing waits for approval.';
  return [...approvals.map(describeApproval), `Answer with slipway approve or slipway reject: SERVICE ENVIRONMENT [TARGET] --stage ${stage}`].join('\n\n');
}

function describeApproval(approval: PendingApproval): string {
  const { release, current, requestedAt, expiresAt, execution } = approval;
  return [
    targetName(approval),
    `  release    ${release.tag}  ${release.digest}`,
    `  replaces   ${current === null ? 'nothing: it would be the first here' : `${current.tag}  ${current.digest}`}`,
    `  since      ${requestedAt}`,
    `  until      ${expiresAt}`,
    `  execution  ${execution}`,
  ].join('\n');
}

/** As JSON, without the token: whoever has that may answer in nobody's name. */
export function approvalJson({ service, environment, target, release: { tag, digest }, current, requestedAt, expiresAt, execution }: PendingApproval): object {
  return { service, environment, target, tag, digest, current, requestedAt, expiresAt, execution };
}

/** What an answer did at one target. */
export function answeredLine(answer: TakenAnswer): string {
  const follows = answer.status === 'approved' ? 'deploys it now' : 'ends without it';
  return `${targetName(answer)}  ${answer.tag} ${answer.status}; ${answer.execution} ${follows}`;
}
