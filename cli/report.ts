import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import type { Conclusion } from '../src/domain/conclusion.ts';
import type { Outcome, PodSummary, TargetKey } from '../src/domain/deployment.ts';
import type { Release } from '../src/domain/release.ts';
import { timings, type Timings } from '../src/domain/timings.ts';
import type { Attempt, RecordStore } from '../src/ports/deployment-store.ts';
import type { FollowedExecution } from './follow-execution.ts';

/** What `--json` prints about an execution: exactly these members. */
export type ReportSummary = {
  readonly outcome: Outcome;
  readonly cause: string | null;
  readonly timings: Timings;
  readonly commit: { readonly sha: string; readonly url: string | null } | null;
  readonly pods: readonly PodSummary[];
  /** ARN. */
  readonly execution: string;
};

export type ReportedAttempt = { readonly key: TargetKey; readonly release: Release; readonly attempt: Attempt };

export type ExecutionReport = { readonly summary: ReportSummary; readonly attempts: readonly ReportedAttempt[] };

/** Worst first: the outcome of an execution is that of its worst target. */
const SEVERITY: readonly Outcome[] = ['errored', 'failed', 'rolled-back', 'rejected', 'superseded', 'ignored', 'succeeded'];

/** Outcomes with which an execution is meant to fail. */
const FAILING: readonly Outcome[] = ['errored', 'failed', 'rolled-back'];

/** Releases of a target among which an execution that just ended is looked for. */
const RECENT = 20;

const NOTHING_TIMED = timings({ started: '1970-01-01T00:00:00.000Z' });

/** What an execution that ended did to its targets, read from the records that it left. */
export async function readReport(records: RecordStore, { execution, targets }: FollowedExecution): Promise<ExecutionReport> {
  const attempts = (await Promise.all(targets.map((key) => lastAttempt(records, key, execution.executionArn)))).flat();
  const worst = [...attempts].sort((a, b) => SEVERITY.indexOf(a.attempt.outcome) - SEVERITY.indexOf(b.attempt.outcome))[0]?.attempt;
  const revision = worst?.commit?.revision ?? null;
  const summary: ReportSummary = {
    ...(worst === undefined ? withoutRecord(execution) : told(worst, execution)),
    commit: revision === null ? null : { sha: revision, url: worst?.commit?.url ?? null },
    pods: worst?.pods ?? [],
    execution: execution.executionArn ?? '',
  };
  return { summary, attempts };
}

/** What the record says, unless the execution failed after it: then the end of the deployment is known to nobody but us. */
function told({ outcome, cause, timings: measured }: Attempt, execution: DescribeExecutionOutput): Pick<ReportSummary, 'outcome' | 'cause' | 'timings'> {
  if (FAILING.includes(outcome) || execution.status === 'SUCCEEDED') return { outcome, cause, timings: measured };
  return { ...withoutRecord(execution), timings: measured };
}

/** The execution's last attempt at a target: earlier ones are those before a redrive. None where it only found others at work. */
async function lastAttempt(records: RecordStore, key: TargetKey, executionArn: string | undefined): Promise<readonly ReportedAttempt[]> {
  const history = await records.history(key, RECENT);
  return history.flatMap(({ release, attempts }) => attempts.filter(({ execution }) => execution === executionArn).map((attempt) => ({ key, release, attempt }))).slice(-1);
}

/** An execution that touched no target: ignored or superseded by its own word, else errored. */
function withoutRecord(execution: DescribeExecutionOutput): Pick<ReportSummary, 'outcome' | 'cause' | 'timings'> {
  const output = parse(execution.output);
  const conclusion = output.conclusions?.[0];
  if (conclusion !== undefined) return { outcome: conclusion.outcome, cause: conclusion.cause, timings: conclusion.timings ?? NOTHING_TIMED };
  if (output.status === 'ignored' || output.status === 'superseded') return { outcome: output.status, cause: output.reason ?? null, timings: NOTHING_TIMED };
  return { outcome: 'errored', cause: lambdaMessage(execution.cause) ?? execution.error ?? `execution ${execution.status}`, timings: NOTHING_TIMED };
}

function lambdaMessage(cause: string | undefined): string | undefined {
  const { errorMessage } = parse(cause);
  return errorMessage ?? cause;
}

/** What the state machine's output, or a Lambda error's cause, may hold. */
type Output = { readonly status?: string; readonly reason?: string; readonly conclusions?: readonly Conclusion[]; readonly errorMessage?: string };

function parse(json: string | undefined): Output {
  try {
    return (JSON.parse(json ?? '{}') ?? {}) as Output;
  } catch {
    return {};
  }
}
