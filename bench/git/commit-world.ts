import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BareRepository, openBareRepository } from '../../sandbox/git/bare-repository.ts';
import { createOpenGit } from '../../src/adapters/git/open-git-host.ts';
import { createMemoryArgoCd } from '../../src/adapters/memory/argo-cd.ts';
import { createMemoryBatchStore } from '../../src/adapters/memory/batch-store.ts';
import { createMemoryExecutions, type MemoryExecutions } from '../../src/adapters/memory/executions.ts';
import { createMemoryServiceStore } from '../../src/adapters/memory/service-store.ts';
import { createMemoryTargetStore } from '../../src/adapters/memory/target-store.ts';
import type { Edit, GitRepository, Service } from '../../src/domain/service.ts';
import type { BatchStore } from '../../src/ports/batch-store.ts';
import type { ServiceStore, TargetStore } from '../../src/ports/deployment-store.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { OpenGitHost } from '../../src/ports/git-host.ts';
import { anApplication } from '../../test/support/application.ts';
import { anEnvironment, aService, aTarget } from '../../test/support/service.ts';
import { configRepository } from '../config-repository.ts';
import { type ConfigServer, startConfigServer } from '../lab/config-server.ts';
import { TABLE_MS } from './state-machine.ts';

/** Where services commit: one repository on a real Git server in a process of its own, and the ports of their steps. */
export type CommitWorld = {
  readonly repository: BareRepository;
  readonly services: Pick<ServiceStore, 'service'>;
  readonly targets: TargetStore;
  readonly batches: BatchStore;
  readonly executions: MemoryExecutions;
  readonly pushes: Pushes;
  /** What a function of its own sees: connections and what it remembers of the repository are its alone. */
  openContainer(): Container;
  readonly fileOf: (service: string) => string;
  stop(): Promise<void>;
};

export type Container = { readonly git: OpenGitHost; readonly argocd: () => Promise<ReturnType<typeof createMemoryArgoCd>>; readonly clock: Pick<Clock, 'now' | 'remaining'> };

/** Pushes of Slipway that the server took, and those that came second. */
export type Pushes = { taken: number; lost: number };

export const TARGET = { environment: 'dev', target: 'eu' } as const;

const ENVIRONMENTS_PER_SERVICE = 10;

/** What a function has left of its time; none of them comes near its end. */
const FUNCTION_MS = 100_000;

export function serviceName(index: number): string {
  return `service-${String(index + 1).padStart(5, '0')}`;
}

/** The table is in memory, and takes as long for each request as DynamoDB is taken to. */
export async function startCommitWorld(count: number): Promise<CommitWorld> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-bench-commits-'));
  const server = await startConfigServer(root);
  const url = await server.createRepository('config', configRepository(count * ENVIRONMENTS_PER_SERVICE));
  const git: GitRepository = { host: 'git', url, branch: 'main', credentials: 'bench', aliases: [] };
  const services = Array.from({ length: count }, (_, index) => configuredService(serviceName(index), git));
  const pushes: Pushes = { taken: 0, lost: 0 };
  return {
    repository: openBareRepository(join(root, 'config.git')),
    services: slowed(createMemoryServiceStore(services)),
    targets: slowed(createMemoryTargetStore()),
    batches: slowed(createMemoryBatchStore()),
    executions: createMemoryExecutions(),
    pushes,
    openContainer: () => openContainer(server, url, pushes),
    fileOf,
    async stop() {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

function fileOf(service: string): string {
  return `services/${service}/env-01.yaml`;
}

function configuredService(name: string, git: GitRepository): Service {
  const edits: readonly Edit[] = [{ git, file: fileOf(name), path: 'image.tag', value: 'tag' }];
  // Whoever comes later takes over at any moment: writers race as hard as they can.
  const order = { policy: 'supersede', interrupt: true } as const;
  return aService({ name, environments: { [TARGET.environment]: anEnvironment({ edits, order, targets: { [TARGET.target]: aTarget() } }) } });
}

function openContainer({ credential }: ConfigServer, url: string, pushes: Pushes): Container {
  const argocd = createMemoryArgoCd(anApplication({ sources: [{ repoUrl: url, targetRevision: 'main' }] }));
  const git = createOpenGit({ secrets: { read: async () => JSON.stringify(credential) } });
  return { git: counted(git, pushes), argocd: async () => argocd, clock: { now: () => new Date().toISOString(), remaining: () => FUNCTION_MS } };
}

function counted(open: OpenGitHost, pushes: Pushes): OpenGitHost {
  return async (repository) => {
    const host = await open(repository);
    const count = async <Revision>(pushing: Promise<Revision>): Promise<Revision> => {
      try {
        const revision = await pushing;
        pushes.taken += 1;
        return revision;
      } catch (error) {
        pushes.lost += 1;
        throw error;
      }
    };
    return {
      ...host,
      commit: (change) => count(host.commit(change)),
      ...(host.commitEach && { commitEach: (batch) => count(host.commitEach?.(batch) ?? Promise.resolve([])) }),
    };
  };
}

/** Every call takes as long as a request to DynamoDB. */
export function slowed<Store extends object>(store: Store): Store {
  const calls = Object.entries(store).map(([name, call]) => [
    name,
    async (...args: readonly unknown[]) => {
      await sleep(TABLE_MS);
      return (call as (...args: readonly unknown[]) => Promise<unknown>)(...args);
    },
  ]);
  return Object.fromEntries(calls) as Store;
}
