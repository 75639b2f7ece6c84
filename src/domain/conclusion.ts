import { type Deployment, type Outcome, type Rollback, targetName, type TargetKey } from './deployment.ts';
import type { Timings } from './timings.ts';

/** How one deployment ended, as the state machine carries it: at most 3 KB, the rest is in the table. */
export type Conclusion = {
  /** `service/environment/target`. */
  readonly target: string;
  readonly outcome: Outcome;
  readonly cause: string | null;
  readonly timings: Timings | null;
  /** How often the execution had been redriven when the deployment ended. */
  readonly redrives: number;
};

/** An error as the state machine caught it. */
export type Trouble = { readonly error: string; readonly cause: string };

/** A conclusion as the Map hands it on: with the error, where there was one, that kept it from being recorded. */
export type HandedOnConclusion = Conclusion & { readonly trouble?: Trouble | undefined };

/** Outcomes that a redrive would not change: the target has the release or a newer one, or a person or a rule said no to it. */
const SETTLED: ReadonlySet<Outcome> = new Set<Outcome>(['succeeded', 'superseded', 'ignored', 'rejected']);

/** Longest cause that is passed on; a line for people, not a log. */
const CAUSE_LIMIT = 1_000;

/**
 * The outcome that the last status of a deployment stands for. A release that failed stays failed, also when the world could not be
 * asked on the way back from it.
 *
 * @param rollback set once RollBack has turned the deployment round; what succeeds from then on is the way back
 */
export function outcomeOf(status: string, rollback?: Rollback): Outcome {
  switch (status) {
    case 'succeeded':
      return rollback === undefined ? 'succeeded' : 'rolled-back';
    case 'failed':
    case 'superseded':
    case 'ignored':
    case 'rejected':
      return status;
    default:
      return rollback === undefined ? 'errored' : 'failed';
  }
}

/** Why the deployment did not succeed, in one line: its own first cause, else what the world answered. */
export function causeOf(deployment: Deployment, status: string, trouble: Trouble | null): string | null {
  const outcome = outcomeOf(status, deployment.rollback);
  if (outcome === 'succeeded') return null;
  const answered = trouble === null ? `ended with status ${status}` : troubleText(trouble);
  if (deployment.cause === undefined) return shortened(answered);
  const addition = outcome === 'failed' && trouble !== null ? `${rollbackTrouble(deployment)}: ${answered}` : '';
  // The first cause matters most, yet what kept the target from going back, and its fix, is not to be cut off behind it.
  const first = shortened(deployment.cause, CAUSE_LIMIT - Math.min(addition.length, CAUSE_LIMIT / 2));
  return `${first}${withItsEnd(addition, CAUSE_LIMIT - first.length)}`;
}

/** A release that failed meets trouble only where it is rolled back: before anything went back, or on the way. */
function rollbackTrouble({ rollback }: Deployment): string {
  return rollback === undefined ? '; it was not rolled back' : `; the rollback to ${rollback.release.tag} was not finished`;
}

/** The conclusion with its error in its cause. */
export function explained({ trouble, ...conclusion }: HandedOnConclusion): Conclusion {
  return trouble === undefined ? conclusion : { ...conclusion, cause: shortened(`${conclusion.cause}: ${troubleText(trouble)}`) };
}

function shortened(cause: string, limit = CAUSE_LIMIT): string {
  return cause.length > limit ? `${cause.slice(0, limit - 1)}…` : cause;
}

/** Cut in its middle: a sentence about trouble begins with the object and ends with the fix. */
function withItsEnd(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.floor((limit - 1) / 2);
  return `${text.slice(0, limit - 1 - half)}…${text.slice(-half)}`;
}

/** A Lambda error's cause is JSON with `errorMessage`; a service's is plain text. */
function troubleText({ error, cause }: Trouble): string {
  const message = /"errorMessage":("(?:[^"\\]|\\.)*")/.exec(cause)?.[1];
  const text = message === undefined ? cause : (JSON.parse(message) as string);
  return text === '' ? error : `${error}: ${text}`;
}

/** Conclusions by target: those of this pass over those of earlier ones. Missing ones count as errored, so nothing passes unseen. */
export function mergeConclusions(
  targets: readonly TargetKey[],
  earlier: readonly Conclusion[],
  latest: readonly Conclusion[],
): readonly Conclusion[] {
  return targets.map((key) => {
    const target = targetName(key);
    const found = latest.find((one) => one.target === target) ?? earlier.find((one) => one.target === target);
    return found ?? { target, outcome: 'errored', cause: 'its conclusion was not recorded', timings: null, redrives: 0 };
  });
}

/** What causes are cut to, one after the other, until all conclusions fit; the last leaves the mark that something was there. */
const CAUSE_LIMITS = [CAUSE_LIMIT, 700, 350, 150, 50, 20, 1];

/** The conclusions as they are, if their JSON has no more than `bytes`; else without their stages, which the records have, and with causes as long as fit. */
export function fitting(conclusions: readonly Conclusion[], bytes: number): readonly Conclusion[] {
  const fits = (some: readonly Conclusion[]) => Buffer.byteLength(JSON.stringify(some)) <= bytes;
  if (fits(conclusions)) return conclusions;
  const briefer = CAUSE_LIMITS.map((limit) => conclusions.map((one) => brief(one, limit)));
  return briefer.find(fits) ?? briefer.at(-1) ?? [];
}

function brief({ cause, timings, ...conclusion }: Conclusion, limit: number): Conclusion {
  return { ...conclusion, cause: cause && shortened(cause, limit), timings: timings && { total: timings.total, overhead: timings.overhead } };
}

/** Targets that need another pass: everything that is not settled. */
export function unfinished<Target extends TargetKey>(targets: readonly Target[], conclusions: readonly Conclusion[]): readonly Target[] {
  return targets.filter((key) => !conclusions.some((one) => one.target === targetName(key) && SETTLED.has(one.outcome)));
}

/**
 * Whether a redrive gives its targets another pass. It is a person's word on what they saw fail: an execution that was stopped and redriven
 * may fail after that word, and what is rolled back then stays so until the next.
 */
export function mayGoAgain(targets: readonly TargetKey[], conclusions: readonly Conclusion[], redrives: number): boolean {
  const names = new Set(targets.map(targetName));
  return conclusions.every((one) => !names.has(one.target) || one.redrives < redrives);
}

/** One sentence on what failed where, for the execution's error. */
export function failureText(conclusions: readonly Conclusion[]): string {
  const bad = conclusions.filter((one) => !SETTLED.has(one.outcome));
  return `${bad.length} of ${conclusions.length} targets did not get the release. ${bad.map((one) => `${one.target} ${one.outcome}: ${one.cause}`).join('; ')}`;
}
