import type { PodFault } from '../../../sandbox/scenarios/scenarios.ts';
import type { WorldOptions } from '../../../sandbox/world.ts';

export type Faults = {
  readonly faultOf: NonNullable<WorldOptions['faultOf']>;
  /** Pods with this in their name or in an image go wrong from now on, until they are healed. */
  breakPods(match: string, fault: PodFault): void;
  heal(match: string): void;
};

/** What goes wrong with pods, to be changed while a world runs. */
export function createFaults(): Faults {
  const faults = new Map<string, PodFault>();
  return {
    faultOf(pod) {
      const words = [pod.metadata.name, ...pod.spec.containers.map(({ image }) => image)];
      return [...faults].find(([match]) => words.some((word) => word.includes(match)))?.[1];
    },
    breakPods: (match, fault) => void faults.set(match, fault),
    heal: (match) => void faults.delete(match),
  };
}

/** A kubelet that tries again soon, so that what was healed is seen to be. */
export const EAGER_KUBELET = { backOff: 200, maxBackOff: 400, probePeriod: 200 };
