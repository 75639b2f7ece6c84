import type { BareRepository } from '../git/bare-repository.ts';
import type { WorldOptions } from '../world.ts';
import { VALUES_FILE } from './config-repository.ts';
import type { Image } from './image.ts';
import type { ScenarioWorld } from './scenario-world.ts';
import type { PodFault, Scenario } from './scenarios.ts';

/** What goes wrong in a scenario. */
export type Troubles = {
  readonly options: Pick<WorldOptions, 'faultOf' | 'beforePush' | 'carryEvent'>;
  /** The world runs 1.0.0: from now on things go wrong. */
  readonly begin: (world: ScenarioWorld) => Promise<void>;
};

export function troublesOf({ fault, race, wrongToken, argocdDownFor, hook, carryEvent }: Scenario, newImage: Image): Troubles {
  let world: ScenarioWorld | undefined;
  const carry = carryEvent?.();
  return {
    options: {
      ...(fault && { faultOf: faultOfImage(newImage, fault) }),
      ...(race === true && { beforePush: onceSomebodyElse() }),
      ...(wrongToken === true && { beforePush: async () => world && storeToken(world, 'not-a-token') }),
      ...(carry && { carryEvent: (event, publish) => (world === undefined ? publish(event) : carry(event, publish)) }),
    },
    async begin(started) {
      world = started;
      if (hook !== undefined) await started.argocd.addHook(hook);
      if (argocdDownFor !== undefined) interruptOnce(started, argocdDownFor);
    },
  };
}

/** Gives the secret of Argo CD's token a new value; without one, a token that Argo CD takes. */
export async function storeToken({ aws, argocd }: Pick<ScenarioWorld, 'aws' | 'argocd'>, token?: string): Promise<void> {
  aws.secrets.putSecret('slipway/argocd', JSON.stringify({ token: token ?? (await argocd.token('inference', 'slipway')) }));
}

/** Argo CD's API is away from the moment at which the next sync begins. */
function interruptOnce({ argocd }: Pick<ScenarioWorld, 'argocd'>, lengthMs: number): void {
  let wasDown = false;
  argocd.onSync(() => {
    if (!wasDown) setTimeout(argocd.interrupt(), lengthMs).unref();
    wasDown = true;
  });
}

function faultOfImage({ digest }: Image, fault: PodFault): NonNullable<WorldOptions['faultOf']> {
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
