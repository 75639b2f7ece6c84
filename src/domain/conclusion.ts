import { type Deployment, type Outcome, targetName, type TargetKey } from './deployment.ts';
import type { Timings } from './timings.ts';

/** How one deployment ended, as the state machine carries it: at most 2 KB, the rest is in the table. */
export type Conclusion = {
  /** `service/environment/target`. */
  readonly target: string;
  readonly outcome: Outcome;
  readonly cause: string | null;
  readonly timings: Timings | null;
};

/** An error as the state machine caught it. */
export type Trouble = { readonly error: string; readonly cause: string };

/** A conclusion as the Map hands it on: with the error, where there was one, that kept it from being recorded. */
export type HandedOnConclusion = Conclusion & { readonly trouble?: Trouble | undefined };

/** Outcomes after which a target has the release, or a newer one. */
const SETTLED: ReadonlySet<Outcome> = new Set<Outcome>(['succeeded', 'superseded', 'ignored']);

/** Longest cause that is passed on; a line for people, not a log. */
const CAUSE_LIMIT = 700;

/** The outcome that the last status of a deployment stands for. */
export function outcomeOf(status: string): Outcome {
  switch (status) {
    case 'succeeded':
    case 'failed':
    case 'superseded':
    case 'ignored':
      return status;
    default:
      return 'errored';
  }
}

/** Why the deployment did not succeed, in one line: its own first cause, else what the world answered. */
export function causeOf(deployment: Deployment, status: string, trouble: Trouble | null): string | null {
  const outcome = outcomeOf(status);
  if (outcome === 'succeeded') return null;
  const found = deployment.cause ?? (trouble === null ? `ended with status ${status}` : troubleText(trouble));
  return shortened(found);
}

/** The conclusion with its error in its cause. */
export function explained({ trouble, ...conclusion }: HandedOnConclusion): Conclusion {
  return trouble === undefined ? conclusion : { ...conclusion, cause: shortened(`${conclusion.cause}: ${troubleText(trouble)}`) };
}

function shortened(cause: string): string {
  return cause.length > CAUSE_LIMIT ? `${cause.slice(0, CAUSE_LIMIT - 1)}…` : cause;
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
    return found ?? { target, outcome: 'errored', cause: 'its conclusion was not recorded', timings: null };
  });
}

/** Targets that need another pass: everything but those that have the release, or a newer one. */
export function unfinished(targets: readonly TargetKey[], conclusions: readonly Conclusion[]): readonly TargetKey[] {
  return targets.filter((key) => !conclusions.some((one) => one.target === targetName(key) && SETTLED.has(one.outcome)));
}

/** One sentence on what failed where, for the execution's error. */
export function failureText(conclusions: readonly Conclusion[]): string {
  const bad = conclusions.filter((one) => !SETTLED.has(one.outcome));
  return `${bad.length} of ${conclusions.length} targets did not get the release. ${bad.map((one) => `${one.target} ${one.outcome}: ${one.cause}`).join('; ')}`;
}
