import { AwsError } from '../service.ts';
import type { HistoryEvent } from './engine/history.ts';
import type { StartedExecution } from './state-machines.ts';

/** A date on the JSON wire: epoch seconds with a fraction. */
export function epochSeconds(ms: number): number {
  return ms / 1000;
}

/** What ListExecutions tells of an execution. */
export function listItem({ execution }: StartedExecution): object {
  const { order, progress, startedAt, redriveCount, redrivenAt } = execution;
  return {
    executionArn: order.executionArn,
    stateMachineArn: order.stateMachine.arn,
    name: order.name,
    status: progress.status,
    startDate: epochSeconds(startedAt),
    ...(progress.stoppedAt !== null && { stopDate: epochSeconds(progress.stoppedAt) }),
    redriveCount,
    ...(redrivenAt !== null && { redriveDate: epochSeconds(redrivenAt) }),
  };
}

/** What DescribeExecution tells of an execution. */
export function description(started: StartedExecution): object {
  const { output, error, cause } = started.execution.progress;
  const obstacle = started.execution.redriveObstacle();
  return {
    ...listItem(started),
    input: started.input,
    inputDetails: { included: true },
    ...(output !== undefined && { output: JSON.stringify(output), outputDetails: { included: true } }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    redriveStatus: obstacle === null ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(obstacle !== null && { redriveStatusReason: obstacle }),
  };
}

/** An event as GetExecutionHistory answers it. */
export function historyEvent({ timestamp, ...event }: HistoryEvent): object {
  return { ...event, timestamp: epochSeconds(timestamp) };
}

const DEFAULT_PAGE = 100;

type Paging<T> = {
  readonly keyOf: (item: T) => string;
  readonly matches: (item: T) => boolean;
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
};

/** The page after the item that `nextToken` names, of the items that match. */
export function page<T>(
  items: readonly T[],
  { keyOf, matches, maxResults, nextToken }: Paging<T>,
): { items: T[]; nextToken?: string } {
  const position = nextToken === undefined ? 0 : items.findIndex((item) => tokenOf(keyOf(item)) === nextToken) + 1;
  if (nextToken !== undefined && position === 0) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  const rest = items.slice(position).filter(matches);
  const shown = rest.slice(0, maxResults || DEFAULT_PAGE);
  const last = shown.at(-1);
  return { items: shown, ...(last !== undefined && rest.length > shown.length && { nextToken: tokenOf(keyOf(last)) }) };
}

function tokenOf(key: string): string {
  return Buffer.from(key).toString('base64url');
}
