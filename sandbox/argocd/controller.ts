import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from './api-error.ts';
import type { Application, Operation } from './application-store.ts';
import { createReconciler, type LiveObjectChanged } from './reconcile.ts';
import { runOperation } from './sync-operation.ts';
import type { World } from './world.ts';

export type Controller = {
  readonly refresh: (name: string) => Promise<void>;
  /** Sets the operation, which starts a moment later. @throws ApiError when one is set already */
  startOperation(name: string, operation: Operation): Application;
  /** Deletes the Application, and not what it deployed; its operation ends where it is. */
  remove(name: string): void;
  /** Ends the running operation early. @throws ApiError when none runs */
  terminate(name: string): void;
  readonly liveObjectChanged: LiveObjectChanged;
};

/** Argo CD's application controller: comparisons and operations, side by side. `onFailure` hears of what neither foresaw. */
export function createController(world: World, onFailure: (error: unknown) => void): Controller {
  const running = new Map<string, AbortController>();

  function startOperation(name: string, operation: Operation): Application {
    if (world.store.get(name)?.operation !== undefined) throw new ApiError('FailedPrecondition', 'another operation is already in progress');
    const requested = world.store.update(name, ({ status: { operationState: _last, ...status }, ...application }) => ({ ...application, operation, status }));
    const terminated = new AbortController();
    running.set(name, terminated);
    run(name, operation, terminated.signal).catch((error: unknown) => {
      if (!world.stopping.aborted && world.store.get(name) !== undefined) onFailure(error);
    });
    return requested;
  }

  async function run(name: string, operation: Operation, terminated: AbortSignal): Promise<void> {
    await delay(world.delays.pickUp, undefined, { signal: world.stopping });
    await runOperation(world, name, operation, terminated);
    running.delete(name);
    await delay(world.delays.afterOperation, undefined, { signal: world.stopping });
    await reconciler.refresh(name);
  }

  const reconciler = createReconciler(world, startOperation, onFailure);
  return {
    refresh: reconciler.refresh,
    startOperation,
    remove(name) {
      world.store.delete(name);
      running.get(name)?.abort();
    },
    terminate(name) {
      const { operation, status } = world.store.get(name) ?? {};
      // One that was requested and has not begun can't be ended either.
      if (operation === undefined || status?.operationState === undefined) throw new ApiError('InvalidArgument', 'Unable to terminate operation. No operation is in progress');
      world.store.updateStatus(name, ({ operationState }) => (operationState === undefined ? {} : { operationState: { ...operationState, phase: 'Terminating' } }));
      running.get(name)?.abort();
    },
    liveObjectChanged: reconciler.liveObjectChanged,
  };
}
