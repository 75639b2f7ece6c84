import type { Marks } from '../src/domain/deployment.ts';
import type { Timings } from '../src/domain/timings.ts';
import type { Interval } from './intervals.ts';
import type { LoggedRequest } from './request-log.ts';

/** One call of a function, from the message to its worker to the answer. */
export type Invocation = Interval & {
  readonly functionName: string;
  /** Milliseconds in which a new worker loaded the bundle before; null on a warm one. */
  readonly load: number | null;
};

/** One push, followed to the end of its execution. All instants are of one clock. */
export type DeploymentSample = {
  readonly tag: string;
  /** Epoch milliseconds, just before the client sent PutImage. ECR's own event tells the second alone. */
  readonly pushedAt: number;
  readonly execution: Interval;
  /** When the cluster had every new pod Ready, as an independent watch of it saw. */
  readonly availableAt: number;
  readonly marks: Marks;
  readonly recorded: Timings;
  readonly invocations: readonly Invocation[];
  readonly requests: readonly LoggedRequest[];
};
