import type { BareRepository } from '../git/bare-repository.ts';
import type { KubernetesOptions } from '../kubernetes/start.ts';
import type { World, WorldOptions } from '../world.ts';
import { VALUES_FILE } from './config-repository.ts';
import type { Image } from './image.ts';
import type { PodFault, Scenario } from './scenarios.ts';

/** What goes wrong in a scenario. */
export type Troubles = {
  readonly options: Pick<WorldOptions, 'faultOf' | 'beforePush' | 'carryEvent'> & { readonly hook: NonNullable<NonNullable<WorldOptions['argocd']>['hook']> };
  /** The world runs 1.0.0: from now on things go wrong. */
  readonly begin: (world: World) => void;
};

export function troublesOf({ fault, race, wrongToken, argocdDownFor, hook, carryEvent }: Scenario, newImage: Image): Troubles {
  let world: World | undefined;
  let wasDown = false;
  const carry = carryEvent?.();
  return {
    options: {
      ...(fault && { faultOf: faultOfImage(newImage, fault) }),
      ...(race === true && { beforePush: onceSomebodyElse() }),
      ...(wrongToken === true && { beforePush: async () => void (world && storeToken(world, 'not-a-token')) }),
      ...(carry && { carryEvent: (event, publish) => (world === undefined ? publish(event) : carry(event, publish)) }),
      hook() {
        if (world === undefined) return null;
        if (argocdDownFor !== undefined && !wasDown) setTimeout(world.argocd.interrupt(), argocdDownFor).unref();
        wasDown = true;
        return hook ?? null;
      },
    },
    begin(started) {
      world = started;
    },
  };
}

/** Gives the secret of Argo CD's token a new value; without one, a token that Argo CD takes. */
export function storeToken({ aws, argocd }: Pick<World, 'aws' | 'argocd'>, token: string = argocd.token('inference', 'slipway')): void {
  aws.secrets.putSecret('slipway/argocd', JSON.stringify({ token }));
}

function faultOfImage({ digest }: Image, fault: PodFault): NonNullable<KubernetesOptions['faultOf']> {
  return (pod) => (pod.spec.containers.some(({ image }) => image.endsWith(digest)) ? fault : undefined);
}

/** Before the first push is seen, somebody scales the service up in the same file. */
function onceSomebodyElse(): (repository: BareRepository) => Promise<void> {
  let done = false;
  return async (repository) => {
    if (done) return;
    done = true;
    const text = (await repository.readFiles('main', [VALUES_FILE]))[VALUES_FILE] ?? '';
    await repository.commit({ message: 'Scale inference-service to 3', files: { [VALUES_FILE]: text.replace('replicaCount: 2', 'replicaCount: 3') } });
  };
}
