import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';

/** Step Functions redrives an execution for so long after its end. */
const REDRIVABLE_FOR_MS = 14 * 24 * 3600 * 1000;

type Ended = Pick<DescribeExecutionOutput, 'executionArn' | 'status' | 'stopDate' | 'redriveStatus' | 'redriveStatusReason'>;

/**
 * Why an execution can't be redriven, and what to do instead, in one sentence; null when it can.
 *
 * @param deployCommand starts anew what the execution was started for
 * @param now epoch milliseconds
 */
export function redriveObstacle(execution: Ended, deployCommand: string, now: number): string | null {
  const { executionArn: name, status, stopDate, redriveStatus, redriveStatusReason } = execution;
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return `Execution ${name} is still running, so there is nothing to redrive; wait for its end, or stop it first.`;
  if (status === 'SUCCEEDED') return `Execution ${name} succeeded, so there is nothing to redrive; \`${deployCommand}\` deploys it again.`;
  if (stopDate !== undefined && now - stopDate.getTime() > REDRIVABLE_FOR_MS) {
    return `Execution ${name} ended at ${stopDate.toISOString()}, and AWS redrives for 14 days; \`${deployCommand}\` starts a new one.`;
  }
  if (redriveStatus !== 'NOT_REDRIVABLE') return null;
  return `Execution ${name} can't be redriven: ${redriveStatusReason ?? 'AWS gives no reason'}; \`${deployCommand}\` starts a new one.`;
}
