import type { ExecutionReport } from '../report.ts';
import { describeAttempt, outcomeLine } from './deployment.ts';
import { type Look, PLAIN } from './terminal.ts';

/** What an execution did to each of its targets, for people; its outcome alone where it touched none. */
export function describeReport({ summary, attempts }: ExecutionReport, look: Look = PLAIN): string {
  if (attempts.length === 0) return outcomeLine(summary.outcome, summary.cause, look);
  return attempts.map(({ key, release, attempt }) => describeAttempt(key, release, attempt, look)).join('\n\n\n');
}
