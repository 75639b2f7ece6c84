import type { TargetKey } from '../domain/deployment.ts';
import { promotable, runsAlready, type TargetInState } from '../domain/promotion.ts';
import type { Release } from '../domain/release.ts';
import { environmentsAfter, targetsOfEnvironment } from '../domain/release-request.ts';
import type { Service } from '../domain/service.ts';
import type { TargetStore } from '../ports/deployment-store.ts';

/** What an environment hands on, and the targets that don't run it yet; or why there is nothing to hand on. */
export type Promotion =
  | { readonly release: Release; readonly targets: readonly TargetKey[]; readonly reason: null }
  | { readonly release: null; readonly targets: readonly []; readonly reason: string };

/** Where a digest goes that has succeeded in one target of `environment`: to all that comes after it, once every target there has it. */
export async function findPromotion(store: Pick<TargetStore, 'target'>, service: Service, environment: string, digest: string): Promise<Promotion> {
  const next = environmentsAfter(service, environment).map(([name]) => name);
  if (next.length === 0) return notYet(`nothing comes after ${environment}`);
  const { release, reason } = promotable(await statesOf(store, targetsOfEnvironment(service, environment)), digest);
  if (release === null) return notYet(reason);
  const waiting = await statesOf(store, next.flatMap((name) => targetsOfEnvironment(service, name)));
  const targets = waiting.filter(({ state }) => !runsAlready(state, release)).map(({ key }) => key);
  return targets.length === 0 ? notYet(`${next.join(', ')} has ${release.tag} already`) : { release, targets, reason: null };
}

/** The items of targets, read consistently. */
export function statesOf(store: Pick<TargetStore, 'target'>, keys: readonly TargetKey[]): Promise<readonly TargetInState[]> {
  return Promise.all(keys.map(async (key) => ({ key, state: await store.target(key) })));
}

function notYet(reason: string): Promotion {
  return { release: null, targets: [], reason };
}
