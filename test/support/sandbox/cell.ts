import type { MakeFault } from './fault-site.ts';
import type { StepName } from './fault-steps.ts';
import type { Party } from './gate.ts';

/**
 * - `automatic`: Argo CD syncs by itself.
 * - `manual`: Slipway asks it to.
 * - `hooked`: each sync ends with a Job, which VerifyRelease waits for.
 * - `asking`: a person must approve each release, and does.
 * - `failing`: the release's pods cannot pull their image, so that it is rolled back.
 * - `crowded`: others want the branch at the same time, so that the release goes out in a batch with theirs.
 * - `contended`: an execution that was stopped left its claim to the target.
 * - `queued`: the release waits until an older one is deployed, whose execution then starts its own.
 * - `outbidding`: an older release waits for approval when the release comes, and hears that it is superseded.
 * - `smoked`: the release is asked for a sign of life at the end.
 * - `proposing`: each release goes out as a pull request, which a person merges.
 * - `overtaking`: an older release's pull request waits to be merged when the release comes, and takes it over.
 * - `merging`: the host merges each pull request by itself, before anybody waits for that.
 * - `swept`: the event of the push is lost, so that the sweep has to find the release.
 */
export const SITE_KINDS = ['automatic', 'manual', 'hooked', 'asking', 'failing', 'crowded', 'contended', 'queued', 'outbidding', 'smoked', 'proposing', 'overtaking', 'merging', 'swept'] as const;

export type SiteKind = (typeof SITE_KINDS)[number];

/** One fault in one step, and what is to come of it. */
export type Cell = {
  readonly name: string;
  readonly step: StepName;
  readonly kind: SiteKind;
  readonly fault: MakeFault;
  /** How the execution ends as long as nobody mends anything. */
  readonly outcome: 'succeeded' | 'errored' | 'stopped' | 'rolled-back' | 'failed';
  /** What the history says of each attempt that is tried again: the error's name and its words. Null where nothing is to be seen of it. */
  readonly retried: RegExp | null;
  /** What the cause names, where the execution ends errored. */
  readonly cause: RegExp | null;
  /** It waits for minutes: functions have a patience of their own, which runs by the real clock. */
  readonly slow?: boolean;
  /** Nothing need be seen of it: the AWS SDK may ask again for longer than the fault lasts, or the execution may have gone on before it hears how the function ended. */
  readonly outlasted?: boolean;
  /** The releases that wait for the branch with this one go out whatever the fault does to who pushes for them. */
  readonly together?: boolean;
};

/** How long a part of the world is away, in milliseconds as on AWS. */
export const OUTAGES = { '1 s': 1_000, '30 s': 30_000, 'for good': Infinity } as const;

/** What messages call the parts of the world. */
export const NAMED: Readonly<Record<Party, RegExp>> = {
  table: /table slipway-sandbox|target#|config of/,
  registry: /inference-service/,
  secrets: /secret slipway\//,
  executions: /execution|a task that waits/,
  events: /inference-service\/dev\/eu/,
  eks: /EKS cluster sandbox/,
  git: /\/config\.git/,
  argocd: /Argo CD at https:/,
  cluster: /[Cc]luster "?sandbox/,
  smoke: /Smoke check http/,
};

/** Where a step is met that the automatic world passes by. */
export const KINDS: Partial<Record<StepName, SiteKind>> = { AwaitApproval: 'asking', JoinBatch: 'crowded', AwaitMerge: 'proposing', VerifyRelease: 'hooked', RollBack: 'failing' };

/** How a deployment ends whose step could not be done. A release that failed stays failed where the way back is barred. */
export function barred(step: StepName): Cell['outcome'] {
  return step === 'RollBack' ? 'failed' : 'errored';
}

/** A cell whose execution succeeds, or is rolled back as its release deserves, without the history telling of anything. */
export function cellOf(step: StepName, what: string, fault: MakeFault): Cell {
  const kind = KINDS[step] ?? 'automatic';
  return { name: `${step}: ${what}`, step, kind, fault, outcome: kind === 'failing' ? 'rolled-back' : 'succeeded', retried: null, cause: null };
}

export function seen(party: Party): RegExp {
  return new RegExp(`^(UnavailableError|TimeoutError): .*(${NAMED[party].source})`);
}

export function unlessForGood(cell: Cell, lasts: number, cause: RegExp): Cell {
  return lasts === Infinity ? { ...cell, outcome: barred(cell.step), cause } : cell;
}
