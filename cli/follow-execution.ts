import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, type DescribeExecutionOutput, GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';
import type { TargetKey } from '../src/domain/deployment.ts';

/** One state that an execution left, with what it said. */
export type Progress = { readonly at: Date; readonly state: string; readonly target: string | null; readonly status: string | null; readonly detail: string | null };

/** Between two looks at an execution: this is the terminal's refresh, nothing in a deployment waits for it. */
const LOOK_EVERY_MS = 150;

/** An execution that ended, with the targets that it found; none when it had nothing to deploy. */
export type FollowedExecution = { readonly execution: DescribeExecutionOutput; readonly targets: readonly TargetKey[] };

/** Tells each step as it ends, until the execution does. */
export async function followExecution(client: SFNClient, executionArn: string, tell: (progress: Progress) => void): Promise<FollowedExecution> {
  let seen = 0;
  for (;;) {
    const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
    const events = await history(client, executionArn);
    for (const event of events.filter(({ id }) => (id ?? 0) > seen)) {
      const progress = progressOf(event);
      if (progress !== null) tell(progress);
      seen = event.id ?? seen;
    }
    if (execution.status !== 'RUNNING') return { execution, targets: targetsIn(events) };
    await sleep(LOOK_EVERY_MS);
  }
}

async function history(client: SFNClient, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, ...(nextToken && { nextToken }) }));
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events;
}

/** The targets that ResolveRelease assigned. */
function targetsIn(events: readonly HistoryEvent[]): readonly TargetKey[] {
  const assigned = events.map((event) => parsed(event.stateExitedEventDetails?.assignedVariables?.['targets'])).find((targets) => Array.isArray(targets));
  return (assigned ?? []) as readonly TargetKey[];
}

/** A Task that ended, well or not; everything else in the history is of no interest while one waits. */
function progressOf(event: HistoryEvent): Progress | null {
  const at = event.timestamp ?? new Date(0);
  if (event.type === 'TaskFailed' || event.type === 'TaskTimedOut') {
    const failure = event.taskFailedEventDetails ?? event.taskTimedOutEventDetails;
    return { at, state: 'retry or give up', target: null, status: failure?.error ?? null, detail: messageOf(failure?.cause) };
  }
  if (event.type !== 'TaskStateExited') return null;
  const assigned = event.stateExitedEventDetails?.assignedVariables ?? {};
  const deployment = parsed(assigned['deployment']) as { target?: string; environment?: string; cause?: string } | null;
  const status = parsed(assigned['status'] ?? assigned['verdict']);
  return {
    at,
    state: event.stateExitedEventDetails?.name ?? '',
    target: deployment?.target === undefined ? null : `${deployment.environment}/${deployment.target}`,
    status: typeof status === 'string' ? status : null,
    detail: deployment?.cause ?? null,
  };
}

function messageOf(cause: string | undefined): string | null {
  const found = parsed(cause) as { errorMessage?: string } | null;
  return found?.errorMessage ?? cause ?? null;
}

function parsed(json: string | undefined): unknown {
  if (json === undefined) return null;
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
