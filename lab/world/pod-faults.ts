import type { V1Pod } from '@kubernetes/client-node';
import type { WorldOptions } from '../../sandbox/world.ts';
import { POD_FAULTS, type PodFault } from '../kubernetes/kubelet/pod-stages.ts';

/** Says of real pods what a scenario says of the sandbox's: the simulated kubelets have the same words for what goes wrong. */
export function podFaults(faultOf: NonNullable<WorldOptions['faultOf']>): (pod: V1Pod) => PodFault | undefined {
  return ({ metadata, spec }) => {
    // A pod of a ReplicaSet has no name yet when it is admitted.
    const name = metadata?.name ?? metadata?.generateName ?? '';
    const fault = faultOf({ metadata: { name }, spec: { containers: spec?.containers.map(({ image = '' }) => ({ image })) ?? [] } });
    const known = POD_FAULTS.find((one) => one === fault);
    if (fault !== undefined && known === undefined) throw new Error(`The lab's kubelet can't make pod ${name} ${fault}: it knows ${POD_FAULTS.join(', ')}.`);
    return known;
  };
}
