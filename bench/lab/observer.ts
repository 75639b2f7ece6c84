import type { ClusterApi } from './follow-objects.ts';
import { startHelperProcess } from './helper-process.ts';
import type { WantedPods } from './observed-pods.ts';

/** Sees what the API server tells, by watches of its own and in a process of its own; it shares no code with any contender. */
export type Observer = {
  /** Resolves with the instant, on the monotonic clock, at which the image was rolled out as `isRolledOut` says. */
  rolledOutAt(want: WantedPods): Promise<number>;
  /** Resolves when these Applications are settled, no pod ends any more, and nothing has happened for a while. */
  settled(applications: readonly string[]): Promise<void>;
  stop(): Promise<void>;
};

export type ObserverQuestion = { readonly rolledOut: WantedPods } | { readonly settled: readonly string[] };

export async function startObserver(api: ClusterApi): Promise<Observer> {
  const helper = await startHelperProcess<ObserverQuestion, unknown>(new URL('observer-process.ts', import.meta.url), api);
  return {
    rolledOutAt: async (want) => (await helper.ask({ rolledOut: want })) as number,
    settled: async (applications) => void (await helper.ask({ settled: applications })),
    stop: () => helper.stop(),
  };
}
