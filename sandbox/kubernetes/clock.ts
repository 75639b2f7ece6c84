/** Time as the controllers and the kubelet see it: epoch milliseconds and timers. */
export type Clock = {
  now(): number;
  /** Runs once after `ms`; the result cancels it. */
  after(ms: number, run: () => void): () => void;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** A clock whose pending timers can be cancelled together, so that a stopped cluster does nothing more. */
export function stoppable(clock: Clock): { readonly clock: Clock; readonly stop: () => void } {
  const pending = new Set<() => void>();
  let stopped = false;
  return {
    clock: {
      now: () => clock.now(),
      after(ms, run) {
        if (stopped) return () => undefined;
        const cancel = clock.after(ms, () => {
          pending.delete(cancel);
          run();
        });
        pending.add(cancel);
        return () => {
          pending.delete(cancel);
          cancel();
        };
      },
    },
    stop() {
      stopped = true;
      for (const cancel of pending) cancel();
      pending.clear();
    },
  };
}

/** Kubernetes' metav1.Time: whole seconds. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
