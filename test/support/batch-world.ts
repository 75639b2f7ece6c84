import { createMemoryBatchStore } from '../../src/adapters/memory/batch-store.ts';
import { createMemoryClock } from '../../src/adapters/memory/clock.ts';
import { createMemoryExecutions } from '../../src/adapters/memory/executions.ts';
import { createMemoryGitHosts, type MemoryRepository } from '../../src/adapters/memory/git-host.ts';
import { createMemoryServiceStore } from '../../src/adapters/memory/service-store.ts';
import { createMemoryTargetStore } from '../../src/adapters/memory/target-store.ts';
import { isOwnCommit } from '../../src/domain/commit-message.ts';
import type { Deployment, StepResult } from '../../src/domain/deployment.ts';
import type { Edit, GitRepository } from '../../src/domain/service.ts';
import type { GitHost } from '../../src/ports/git-host.ts';
import { type JoinBatchPorts, joinBatch } from '../../src/steps/join-batch.ts';
import { aClaim, aDeployment } from './release.ts';
import { anEnvironment, aService } from './service.ts';

export const GIT: GitRepository = { host: 'git', url: 'https://git.example.com/team/config.git', branch: 'main', aliases: [] };

export type BatchedService = { readonly name: string; readonly file?: string; readonly path?: string; readonly deployment?: Partial<Deployment> };

/** What happens around the host: what it throws is the host's answer. */
export type HostHooks = { before?: () => Promise<void> | void; after?: () => Promise<void> | void };

export type BatchWorldOptions = {
  readonly services: readonly BatchedService[];
  readonly files?: Readonly<Record<string, string>>;
  readonly hooks?: HostHooks;
  /** Off for a host whose API makes one commit a call. */
  readonly eachCommits?: boolean;
  readonly open?: () => Promise<GitHost>;
  readonly git?: GitRepository;
};

export const fileOf = (name: string): string => `${name}/values.yaml`;
export const valuesWith = (tag: string): string => `image:\n  tag: ${tag} # ours\n`;
export const executionOf = (name: string): string => `arn:aws:states:eu-central-1:111122223333:execution:slipway-dev:${name}`;

/** Services whose releases are claimed and want the same branch. */
export async function aBatchWorld({ services, files = {}, hooks = {}, eachCommits = true, open, git = GIT }: BatchWorldOptions) {
  const hosts = createMemoryGitHosts();
  const names = services.map(({ name }) => name);
  const repository: MemoryRepository = hosts.add(git.url, { files: { 'README.md': 'hello\n', ...Object.fromEntries(names.map((name) => [fileOf(name), valuesWith('1.0.0')])), ...files } });
  const targets = createMemoryTargetStore();
  const store = createMemoryServiceStore(services.map(({ name, file = fileOf(name), path = 'image.tag' }) => {
    const edits: readonly Edit[] = [{ git, file, path, value: 'tag' }];
    return aService({ name, environments: { dev: anEnvironment({ edits }) } });
  }));
  const deployments = new Map(services.map(({ name, deployment }) => [name, aDeployment({ service: name, claim: { generation: 1, redrives: 0 }, ...deployment })]));
  for (const [name, deployment] of deployments) await targets.change(deployment, await targets.target(deployment), { claim: aClaim({ execution: executionOf(name), generation: 1 }) });
  const executions = createMemoryExecutions();
  const batches = createMemoryBatchStore();
  const clock = createMemoryClock('2026-01-02T03:10:00.000Z');
  const openHost = open ?? (() => hosts.open(git));
  let renewals = 0;
  const hooked = async (): Promise<GitHost> => {
    const host = await openHost();
    const around = async <Revision>(push: () => Promise<Revision>): Promise<Revision> => {
      await hooks.before?.();
      const revision = await push();
      await hooks.after?.();
      return revision;
    };
    const { commitEach, recent, ...others } = host;
    return {
      ...others,
      commit: (change) => around(() => host.commit(change)),
      ...(eachCommits && commitEach !== undefined && { commitEach: (batch) => around(() => commitEach(batch)) }),
      ...(eachCommits && recent !== undefined && { recent }),
    };
  };
  const ports: JoinBatchPorts = { services: store, targets, batches, executions, git: hooked, renewGit: () => void (renewals += 1), clock: { ...clock, remaining: () => 100_000 } };
  const deploymentOf = (name: string): Deployment => deployments.get(name) ?? aDeployment();
  const tokenOf = (name: string, attempt = 1): string => `token of ${name}, ${attempt}`;
  return {
    ports,
    repository,
    clock,
    renewals: () => renewals,
    deploymentOf,
    /** It waits, and nobody pushes for it yet. */
    async waits(name: string, attempt = 1) {
      executions.wait(tokenOf(name, attempt));
      await batches.join(git, { execution: executionOf(name), deployment: deploymentOf(name), taskToken: tokenOf(name, attempt), since: clock.now() });
    },
    async joins(name: string, attempt = 1) {
      executions.wait(tokenOf(name, attempt));
      return joinBatch.run(ports, { execution: executionOf(name), redrives: 0, deployment: deploymentOf(name), token: tokenOf(name, attempt) });
    },
    answer: (name: string, attempt = 1) => executions.answers.get(tokenOf(name, attempt)) as StepResult<string> | undefined,
    failure: (name: string, attempt = 1) => executions.failures.get(tokenOf(name, attempt)),
    /** The claim goes to another execution. */
    async supersede(name: string) {
      const deployment = deploymentOf(name);
      await targets.change(deployment, await targets.target(deployment), { claim: aClaim({ execution: 'newer', generation: 2 }) });
    },
    async read(name: string, file = fileOf(name)) {
      return (await (await openHost()).read([file])).files[file];
    },
    /** How many commits are the release of that service. */
    commitsOf: (name: string, messages: readonly string[] = repository.messages()) => messages.filter((message) => isOwnCommit(message, executionOf(name), deploymentOf(name))).length,
    stillWaits: async () => (await batches.waiting(git, 100)).map(({ deployment }) => deployment.service),
  };
}
