import type { Timings } from '../../src/domain/timings.ts';
import type { Invocation } from '../deployment-sample.ts';
import type { Interval } from '../intervals.ts';
import type { LoggedRequest } from '../request-log.ts';
import type { ProfileCounts } from './aws-profile.ts';
import type { CriticalPath } from './critical-path.ts';

/** What Slipway and the AWS around it tell of one deployment. */
export type SlipwaySample = {
  readonly tag: string;
  readonly execution: Interval;
  /** Of each target, with the push at the instant at which the registry accepted it. */
  readonly timings: readonly Timings[];
  readonly invocations: readonly Invocation[];
  /** Of the functions to AWS. */
  readonly requests: readonly LoggedRequest[];
  readonly counts: ProfileCounts;
};

/** What the profile of AWS counts in a deployment. Requests and new functions are shared out among the targets, which run at once. */
export function profileCounts(path: CriticalPath, { invocations, requests }: Pick<SlipwaySample, 'invocations' | 'requests'>, targets: number): ProfileCounts {
  const each = (count: number): number => Math.ceil(count / targets);
  return {
    eventDelivery: 1,
    transition: path.transitions,
    invocation: path.invocations,
    request: each(requests.length),
    coldStart: each(invocations.filter(({ load }) => load !== null).length),
  };
}
