import type { SyncHook } from './argocd/world.ts';
import type { ScenarioArgoCd } from './scenarios/scenario-world.ts';

/** Asked by Argo CD at each sync for the Job that belongs to it. */
export type HookOf = (application: string) => SyncHook | null;

/** Who hears of the stand-in's syncs, and the Job that a scenario adds to them; a Job that the world was started with comes first. */
export function createSyncHooks(hookOf: HookOf = () => null): Pick<ScenarioArgoCd, 'addHook' | 'onSync'> & { readonly hook: HookOf } {
  const listeners: ((application: string) => void)[] = [];
  let added: SyncHook | null = null;
  return {
    hook(application) {
      for (const hear of listeners) hear(application);
      return hookOf(application) ?? added;
    },
    addHook: async (hook) => void (added = hook),
    onSync: (hear) => void listeners.push(hear),
  };
}
