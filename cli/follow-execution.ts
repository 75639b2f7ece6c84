import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, type DescribeExecutionOutput, GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';
import { callAws } from '../src/adapters/aws/errors.ts';
import type { TargetKey } from '../src/domain/deployment.ts';
import { createProgressReader, type Progress, type ProgressReader } from './execution/progress.ts';

export type { Progress } from './execution/progress.ts';

/** Between two looks while something happens, and at most: this is the terminal's refresh, nothing in a deployment waits for it. */
const LOOK_EVERY_MS = { soonest: 150, latest: 1_000 };

/** Most that one page of a history holds. */
const PAGE = 1_000;

/** An execution that ended, with the targets that it found; none when it had nothing to deploy. */
export type FollowedExecution = { readonly execution: DescribeExecutionOutput; readonly targets: readonly TargetKey[] };

/** The history of an execution as far as it was read. */
export type ReadHistory = {
  readonly reader: ProgressReader;
  /** Id of the last event; 0 before the first. */
  readonly known: number;
  /** What its steps said. */
  readonly progress: readonly Progress[];
};

/** Reads what an execution has come to so far. */
export async function readHistory(client: SFNClient, executionArn: string): Promise<ReadHistory> {
  const reader = createProgressReader();
  const events = await eventsAfter(client, executionArn, 0);
  return { reader, known: events.at(-1)?.id ?? 0, progress: reader.read(events) };
}

/**
 * Tells each step as it ends, until the execution does.
 *
 * @param earlier what was read before a redrive: only what came after it is told, and an end in it is none
 */
export async function followExecution(client: SFNClient, executionArn: string, tell: (progress: Progress) => void, earlier?: ReadHistory): Promise<FollowedExecution> {
  const reader = earlier?.reader ?? createProgressReader();
  const begun = earlier?.known ?? 0;
  let known = begun;
  let pause = LOOK_EVERY_MS.soonest;
  for (;;) {
    const newer = await eventsAfter(client, executionArn, known);
    for (const progress of reader.read(newer)) tell(progress);
    known = newer.at(-1)?.id ?? known;
    // The end is in the history a moment before DescribeExecution tells of it.
    const execution = known > begun && reader.hasEnded() ? await describe(client, executionArn) : null;
    if (execution !== null && execution.status !== 'RUNNING') return { execution, targets: reader.targets() };
    pause = newer.length > 0 ? LOOK_EVERY_MS.soonest : Math.min(pause * 1.3, LOOK_EVERY_MS.latest);
    await sleep(pause);
  }
}

/** Events after the one with the id `known`, oldest first; read from the newest on, so that a long history is read once. */
async function eventsAfter(client: SFNClient, executionArn: string, known: number): Promise<readonly HistoryEvent[]> {
  const newer: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const asked = { executionArn, reverseOrder: true, maxResults: known === 0 ? PAGE : PAGE / 10, ...(nextToken && { nextToken }) };
    const page = await callAws({ doing: `read the history of ${executionArn}`, needs: 'states:GetExecutionHistory' }, () => client.send(new GetExecutionHistoryCommand(asked)));
    const events = page.events ?? [];
    newer.push(...events.filter(({ id = 0 }) => id > known));
    nextToken = events.some(({ id = 0 }) => id <= known) ? undefined : page.nextToken;
  } while (nextToken !== undefined);
  return newer.reverse();
}

function describe(client: SFNClient, executionArn: string): Promise<DescribeExecutionOutput> {
  return callAws({ doing: `look up execution ${executionArn}`, needs: 'states:DescribeExecution' }, () => client.send(new DescribeExecutionCommand({ executionArn })));
}
