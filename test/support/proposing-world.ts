import { createMemoryArgoCd } from '../../src/adapters/memory/argo-cd.ts';
import { createMemoryClock } from '../../src/adapters/memory/clock.ts';
import { createMemoryExecutions } from '../../src/adapters/memory/executions.ts';
import { createMemoryGitHosts } from '../../src/adapters/memory/git-host.ts';
import { createMemoryMergeStore } from '../../src/adapters/memory/merge-store.ts';
import { createMemoryServiceStore } from '../../src/adapters/memory/service-store.ts';
import { createMemoryTargetStore } from '../../src/adapters/memory/target-store.ts';
import type { Deployment } from '../../src/domain/deployment.ts';
import type { Release } from '../../src/domain/release.ts';
import type { Edit, GitRepository, PullRequestDelivery } from '../../src/domain/service.ts';
import { awaitMerge } from '../../src/steps/await-merge.ts';
import { commitRelease } from '../../src/steps/commit-release.ts';
import { anApplication } from './application.ts';
import { aClaim, aDeployment, aDigest, aRelease } from './release.ts';
import { anEnvironment, aService } from './service.ts';

export const FILE = 'envs/dev/values.yaml';
export const BRANCH = 'slipway/dev/inference-service';
export const OLD = aRelease({ tag: '1.1.0', digest: aDigest('b') });
export const NEW = aRelease({ tag: '1.2.0', digest: aDigest('c'), releasedAt: '2026-01-03T03:04:05.000Z' });
export const KEY = { service: 'inference-service', environment: 'dev', target: 'eu' };

const GIT: GitRepository = { host: 'gitea', url: 'https://gitea.example.com/team/config.git', branch: 'main', aliases: [] };

export function valuesOf({ tag, digest }: Pick<Release, 'tag' | 'digest'> = { tag: '1.0.0', digest: aDigest('0') }): string {
  return `image:\n  tag: ${tag}\n  digest: ${digest}\n`;
}

type Options = {
  values?: string;
  tagOnly?: boolean;
  current?: Release;
  pullRequest?: Partial<PullRequestDelivery>;
  /** Happens when a proposal has been made and before the host sees it. */
  beforePropose?: (attempt: number, world: ProposingWorld) => Promise<void>;
};

export type ProposingWorld = Awaited<ReturnType<typeof aProposingWorld>>;

/** An environment that proposes its releases, on a Git host in memory. */
export async function aProposingWorld({ values = valuesOf(), tagOnly = false, current, pullRequest = {}, beforePropose }: Options = {}) {
  const hosts = createMemoryGitHosts();
  const repository = hosts.add(GIT.url, { files: { [FILE]: values } });
  const edit = (path: string, value: Edit['value']): Edit => ({ git: GIT, file: FILE, path, value });
  const edits = [edit('image.tag', 'tag'), ...(tagOnly ? [] : [edit('image.digest', 'digest')])];
  const services = createMemoryServiceStore([aService({ environments: { dev: anEnvironment({ edits, pullRequest: { timeout: 3_600_000, autoMerge: false, ...pullRequest } }) } })]);
  const targets = createMemoryTargetStore();
  const [executions, merges, clock] = [createMemoryExecutions(), createMemoryMergeStore(), createMemoryClock('2026-01-05T00:00:00.000Z')];
  const argocd = createMemoryArgoCd(anApplication({ sources: [{ repoUrl: GIT.url, targetRevision: 'main' }] }));
  let attempts = 0;
  let generation = 0;

  async function openPullRequests(entry: GitRepository) {
    const pulls = await hosts.openPullRequests(entry);
    return {
      ...pulls,
      async propose(proposal: Parameters<typeof pulls.propose>[0]) {
        await beforePropose?.(++attempts, world);
        return pulls.propose(proposal);
      },
    };
  }

  const ports = { services, targets, merges, executions, git: hosts.open, pullRequests: openPullRequests, argocd: async () => argocd, clock };

  /** The execution has the claim from now on. */
  async function claimed(execution: string, release: Release): Promise<Deployment> {
    generation += 1;
    await targets.change(KEY, await targets.target(KEY), { claim: aClaim({ execution, generation, tag: release.tag, digest: release.digest }) });
    return aDeployment({ release, claim: { generation, redrives: 0 } });
  }

  const world = {
    ...ports,
    repository,
    claimed,
    now: () => clock.now(),
    state: () => targets.target(KEY),
    pending: () => merges.pending(KEY),
    textOf: async (revision: string) => (await (await hosts.open(GIT)).read([FILE], revision)).files[FILE],
    run: (execution: string, deployment: Deployment) => commitRelease.run(ports, { execution, redrives: 0, deployment }),
    propose: async (execution: string, release: Release) => commitRelease.run(ports, { execution, redrives: 0, deployment: await claimed(execution, release) }),
    merged: (deployment: Deployment): Deployment => ({ ...deployment, marks: { ...deployment.marks, merged: clock.now() } }),
    /** The task of the execution waits for the answer to a token of its own. */
    wait(execution: string, deployment: Deployment, token = `token-of-${execution}`) {
      executions.set(execution, 'RUNNING');
      executions.wait(token);
      return awaitMerge.run(ports, { execution, token, redrives: 0, deployment });
    },
    answerTo: (execution: string): unknown => executions.answers.get(`token-of-${execution}`),
  };
  if (current !== undefined) {
    await claimed('before', current);
    await targets.conclude(KEY, { execution: 'before', generation }, { release: current, execution: 'before', concludedAt: clock.now() });
  }
  return world;
}
