import type { BundleFigures } from './bundle-figures.ts';
import type { CommitFigures } from './commit-figures.ts';
import type { OverheadFigures, RequestFigures } from './deployment-figures.ts';
import type { ProcessFigures } from './git-process.ts';
import type { Machine } from './machine.ts';
import type { Summary } from './statistics.ts';
import type { StepFigures } from './step-figures.ts';

/** What `--json` prints: exactly these members. Times are milliseconds. */
export type BenchReport = {
  readonly machine: Machine;
  readonly deployments: { readonly warm: OverheadFigures; readonly cold: OverheadFigures };
  /** From the cluster's own availability to the answer of the step that watched for it. */
  readonly notice: Summary | null;
  /** In warm deployments. */
  readonly steps: readonly StepFigures[];
  /** Of an execution, outside all functions. */
  readonly betweenSteps: Summary | null;
  /** What of this the stand-ins take: each kind of request as its server took it, and the start of a git process. */
  readonly standIns: { readonly requests: readonly RequestFigures[]; readonly gitProcess: ProcessFigures };
  readonly commit: CommitFigures;
  readonly bundles: BundleFigures;
};
