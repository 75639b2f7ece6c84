import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, type DescribeExecutionOutput, GetExecutionHistoryCommand, type HistoryEvent, RedriveExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { followExecution, type Progress } from '../../../cli/follow-execution.ts';
import { type ReportedAttempt, readReport, type ReportSummary } from '../../../cli/report.ts';
import type { Aws } from '../../../sandbox/aws/start-aws.ts';
import type { RecordStore } from '../../../src/ports/deployment-store.ts';
import type { ClientConfig } from '../aws.ts';

/** How an execution ended: what `slipway deploy --json` prints, and what AWS says of it. */
export type Ended = ReportSummary & {
  readonly status: DescribeExecutionOutput['status'];
  /** The output of one that succeeded, the message of one that failed. */
  readonly said: string;
  /** What each state said as it ended, retries among them. */
  readonly progress: readonly Progress[];
  readonly attempts: readonly ReportedAttempt[];
};

/** The executions of the sandbox's state machine, driven by the AWS SDK as operators drive them. */
export type Executions = {
  /** Those that began while `push` ran and its events were delivered. */
  startedBy(push: () => Promise<void>): Promise<readonly string[]>;
  /** All that began so far, oldest first. */
  started(): readonly string[];
  /** Resolves once nothing runs and no event is under way. */
  settled(): Promise<void>;
  /** *New execution*. */
  start(request: object): Promise<string>;
  /** *New execution* with the input of this one. */
  startAgain(execution: string): Promise<string>;
  stop(execution: string): Promise<void>;
  /** *Redrive from failure*; resolves when the execution has ended again. */
  redrive(execution: string): Promise<Ended>;
  ended(execution: string): Promise<Ended>;
  /** Resolves once the execution has entered the state for the given time. */
  reaches(execution: string, state: string, times?: number): Promise<void>;
  /** Whether a task's function has returned whose token is to be answered by somebody else. */
  hasSubmitted(execution: string): Promise<boolean>;
};

export function driveExecutions(aws: Aws, stateMachineArn: string, config: ClientConfig, records: RecordStore): Executions {
  const client = new SFNClient(config);
  const started: string[] = [];
  const running = new Map<string, PromiseWithResolvers<void>>();
  let lastStart = 0;
  aws.states.watch(({ executionArn, status }) => {
    if (status !== 'RUNNING') return running.get(executionArn)?.resolve();
    if (!started.includes(executionArn)) started.push(executionArn);
    running.set(executionArn, Promise.withResolvers());
    lastStart = Date.now();
  });

  async function ended(execution: string): Promise<Ended> {
    await running.get(execution)?.promise;
    return readEnd(client, records, execution);
  }

  async function start(input: string): Promise<string> {
    return (await client.send(new StartExecutionCommand({ stateMachineArn, input }))).executionArn ?? '';
  }

  async function settled(): Promise<void> {
    for (let looked = -1; looked !== started.length; ) {
      looked = started.length;
      await Promise.all([...running.values()].map(({ promise }) => promise));
      await aws.events.settled();
    }
  }

  return {
    ended,
    started: () => [...started],
    settled,
    async startedBy(push) {
      await untilSecondAfter(lastStart);
      const before = started.length;
      await push();
      await aws.events.settled();
      return started.slice(before);
    },
    start: (request) => start(JSON.stringify(request)),
    startAgain: async (executionArn) => start((await client.send(new DescribeExecutionCommand({ executionArn }))).input ?? ''),
    async stop(executionArn) {
      await client.send(new StopExecutionCommand({ executionArn, cause: 'stopped by the test' }));
    },
    async redrive(executionArn) {
      await client.send(new RedriveExecutionCommand({ executionArn }));
      return ended(executionArn);
    },
    async reaches(executionArn, state, times = 1) {
      // Nothing tells of a state that was entered, neither here nor on AWS.
      while ((await timesEntered(client, executionArn, state)) < times) await sleep(20);
    },
    hasSubmitted: async (executionArn) => (await eventsOf(client, executionArn)).some(({ type }) => type === 'TaskSubmitted'),
  };
}

/** ECR dates pushes to the second: in one second the greater digest would count as the newer release. */
export async function untilSecondAfter(instant: number): Promise<void> {
  const next = (Math.floor(instant / 1000) + 1) * 1000;
  await sleep(Math.max(0, next - Date.now()));
}

async function timesEntered(client: SFNClient, executionArn: string, state: string): Promise<number> {
  return (await eventsOf(client, executionArn)).filter(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name === state).length;
}

async function eventsOf(client: SFNClient, executionArn: string): Promise<readonly HistoryEvent[]> {
  return (await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }))).events ?? [];
}

async function readEnd(client: SFNClient, records: RecordStore, executionArn: string): Promise<Ended> {
  const progress: Progress[] = [];
  const followed = await followExecution(client, executionArn, (one) => progress.push(one));
  const { summary, attempts } = await readReport(records, followed);
  const { status, output, cause = '' } = followed.execution;
  return { ...summary, status, said: output ?? messageIn(cause), progress, attempts };
}

/** A Lambda error's cause is JSON with its message. */
function messageIn(cause: string): string {
  const message = /"errorMessage":("(?:[^"\\]|\\.)*")/.exec(cause)?.[1];
  return message === undefined ? cause : (JSON.parse(message) as string);
}
