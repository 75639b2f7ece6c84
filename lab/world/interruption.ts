import { answers } from '../argocd/readiness.ts';
import type { ArgoCdInstallation } from '../argocd/installation.ts';
import { openProcess } from '../processes/processes.ts';
import { untilReady } from '../processes/until-ready.ts';

export type Interruption = {
  /** Kills argocd-server, and starts it again once the result is called. */
  readonly interrupt: () => () => void;
  /** Resolves when the server runs and answers, whatever has been interrupted. */
  readonly over: () => Promise<void>;
};

/** The API of Argo CD away for a while, as when its pod is replaced; the controllers go on. */
export function createInterruption({ place, url, caPem }: Pick<ArgoCdInstallation, 'place' | 'url' | 'caPem'>): Interruption {
  const server = openProcess(place, 'argocd-server');
  let done: Promise<void> = Promise.resolve();
  let isAway = false;
  async function start(): Promise<void> {
    if (!server.isRunning()) await server.start();
    await untilReady(server, answers(`${url}/healthz`, caPem));
  }
  function resume(): void {
    if (!isAway) return;
    isAway = false;
    done = done.then(start);
    done.catch(() => undefined); // whoever waits for the end hears of it
  }
  return {
    interrupt() {
      isAway = true;
      done = done.then(() => server.stop('SIGKILL'));
      done.catch(() => undefined);
      return resume;
    },
    over() {
      resume();
      return done;
    },
  };
}
