import type { LiveWorkload, ObservedApplication, ObservedOperation } from '../../domain/application.ts';
import { ForbiddenError, NotFoundError, RefusedError } from '../../domain/errors.ts';
import type { ApplicationRef } from '../../domain/service.ts';
import { type ClosedWindow, closedWindowMessage, type SyncStarter } from '../../domain/sync.ts';
import { isRunning } from '../../domain/sync-evidence.ts';
import type { ArgoCd, SyncRequest } from '../../ports/argo-cd.ts';

/** How Argo CD reacts, where the state that was set does not say it: each shows a new state, or leaves things as they are. */
export type ArgoCdReactions = {
  refreshed?(how: 'normal' | 'hard'): void;
  requested?(request: SyncRequest): void;
  terminated?(): void;
};

export type MemoryArgoCd = ArgoCd & {
  /** Changes the Application; whoever watches it sees that. */
  show(change: Partial<ObservedApplication>): void;
  /** Replaces the live workloads. No observation tells of it, as on Argo CD. */
  run(workloads: readonly LiveWorkload[]): void;
  react(reactions: ArgoCdReactions): void;
  /** Takes away, or gives back, the right to sync. */
  allow(allowed: boolean): void;
  /** Closes the window to these starters; to none opens it. */
  close(window: ClosedWindow, starters: readonly SyncStarter[]): void;
  remove(): void;
  /** Requests that were accepted. */
  readonly requests: readonly SyncRequest[];
  /** Operations that were asked to end, as they were then. */
  readonly terminations: readonly ObservedOperation[];
  readonly refreshes: readonly ('normal' | 'hard')[];
};

type World = {
  current: ObservedApplication | null;
  /** Counts its states. */
  version: number;
  /** The state that a call has told of: no watch shows one before it. */
  told: number;
  workloads: readonly LiveWorkload[];
  reactions: ArgoCdReactions;
  allowed: boolean;
  closed: { readonly window: ClosedWindow; readonly starters: readonly SyncStarter[] } | null;
  readonly watchers: Set<() => void>;
};

/** One Application that stays as it was set. A requested sync stays requested, and a terminated one ending, until a reaction shows what became of it. */
export function createMemoryArgoCd(initial: ObservedApplication, live: readonly LiveWorkload[] = []): MemoryArgoCd {
  const world: World = { current: initial, version: 0, told: 0, workloads: live, reactions: {}, allowed: true, closed: null, watchers: new Set() };
  const requests: SyncRequest[] = [];
  const terminations: ObservedOperation[] = [];
  const refreshes: ('normal' | 'hard')[] = [];
  return {
    requests,
    terminations,
    refreshes,
    show: (change) => show(world, change),
    run: (next) => void (world.workloads = next),
    react: (next) => void (world.reactions = next),
    allow: (next) => void (world.allowed = next),
    close: (window, starters) => void (world.closed = { window, starters }),
    remove() {
      world.current = null;
      world.version++;
      world.watchers.forEach((wake) => wake());
    },
    async application(ref, refresh) {
      found(world, ref);
      if (refresh !== undefined) refreshes.push(refresh);
      if (refresh !== undefined) world.reactions.refreshed?.(refresh);
      world.told = world.version;
      return found(world, ref);
    },
    watch: (ref, signal) => watch(world, ref, signal),
    async sync(ref, request) {
      const application = found(world, ref);
      checkRight(world, ref);
      if (application.deleting) throw new RefusedError(`Argo CD refused to sync Application ${ref.name}: application is deleting`);
      if (isRunning(application)) return 'busy';
      const window = closedBy(world, 'request');
      if (window !== null) throw new RefusedError(closedWindowMessage(ref.name, window));
      requests.push(request);
      show(world, { operationRequested: true, operation: null });
      world.told = world.version;
      world.reactions.requested?.(request);
      return 'requested';
    },
    async terminate(ref) {
      const application = found(world, ref);
      checkRight(world, ref);
      const { operation } = application;
      if (operation === null || !isRunning(application)) return 'idle';
      terminations.push(operation);
      show(world, { operation: { ...operation, phase: 'Terminating' } });
      world.reactions.terminated?.();
      return 'requested';
    },
    async syncRights(ref, starter = 'request') {
      found(world, ref);
      return { allowed: world.allowed, closedBy: closedBy(world, starter) };
    },
    async workloads(ref) {
      found(world, ref);
      return world.workloads;
    },
  };
}

function found({ current }: World, { name, project }: ApplicationRef): ObservedApplication {
  if (current?.name === name && current.project === project) return current;
  throw new NotFoundError(`Argo CD has no Application ${name} in project ${project}; create it, or correct its name in slipway.yaml`);
}

function checkRight({ allowed }: World, { name }: ApplicationRef): void {
  if (!allowed) throw new ForbiddenError(`Argo CD does not let our token sync Application ${name}; give its role that right`);
}

function show(world: World, change: Partial<ObservedApplication>): void {
  if (world.current !== null) world.current = { ...world.current, ...change };
  world.version++;
  world.watchers.forEach((wake) => wake());
}

function closedBy({ closed }: World, starter: SyncStarter): ClosedWindow | null {
  return closed?.starters.includes(starter) ? closed.window : null;
}

async function* watch(world: World, ref: ApplicationRef, signal: AbortSignal): AsyncGenerator<ObservedApplication> {
  found(world, ref);
  const changes = createQueue(signal);
  const changed = () => changes.put({ application: world.current, version: world.version });
  world.watchers.add(changed);
  try {
    changed();
    for (let seen = await changes.next(); seen !== 'aborted'; seen = await changes.next()) {
      if (seen.version >= world.told) yield seen.application ?? found(world, ref);
    }
  } finally {
    world.watchers.delete(changed);
  }
}

type State = { readonly application: ObservedApplication | null; readonly version: number };

type Queue = { put(state: State): void; next(): Promise<State | 'aborted'> };

function createQueue(signal: AbortSignal): Queue {
  const states: State[] = [];
  let wake: (() => void) | null = null;
  signal.addEventListener('abort', () => wake?.(), { once: true });
  return {
    put(state) {
      states.push(state);
      wake?.();
    },
    async next() {
      for (;;) {
        if (signal.aborted) return 'aborted';
        const [state] = states.splice(0, 1);
        if (state !== undefined) return state;
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
    },
  };
}
