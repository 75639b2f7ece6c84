import type { V1Pod } from '@kubernetes/client-node';
import type { WorldOptions } from '../../sandbox/world.ts';
import type { DigestWebhookOptions } from '../kubernetes/digest-webhook.ts';

/** Says of real pods what a scenario says of the sandbox's: the simulated kubelets have the same words for what goes wrong. */
export function podFaults(faultOf: NonNullable<WorldOptions['faultOf']>): NonNullable<DigestWebhookOptions['faultOf']> {
  return ({ metadata, spec }: V1Pod) => {
    // A pod of a ReplicaSet has no name yet when it is admitted.
    const name = metadata?.name ?? metadata?.generateName ?? '';
    return faultOf({ metadata: { name }, spec: { containers: spec?.containers.map(({ image = '' }) => ({ image })) ?? [] } });
  };
}
