import { createMemoryBatchStore } from '../../src/adapters/memory/batch-store.ts';
import { createMemoryGitHosts } from '../../src/adapters/memory/git-host.ts';
import { createMemoryServiceStore } from '../../src/adapters/memory/service-store.ts';
import { createMemoryTargetStore } from '../../src/adapters/memory/target-store.ts';
import { isOwnCommit } from '../../src/domain/commit-message.ts';
import type { Deployment, StepResult } from '../../src/domain/deployment.ts';
import { type Instant, later } from '../../src/domain/instant.ts';
import { createMemoryArgoCd } from '../../src/adapters/memory/argo-cd.ts';
import type { GitHost } from '../../src/ports/git-host.ts';
import { commitRelease } from '../../src/steps/commit-release.ts';
import { joinBatch } from '../../src/steps/join-batch.ts';
import { LEASE_MS } from '../../src/domain/batch.ts';
import { anApplication } from './application.ts';
import { fileOf, GIT, valuesWith } from './batch-world.ts';
import { aClaim, aDeployment, aDigest, aRelease } from './release.ts';
import { anEnvironment, aService } from './service.ts';

type InTurn = <Answer>(call: () => Promise<Answer>) => Promise<Answer>;

/** One execution: its release of a service, and after how many calls to the world its first functions die. */
export type RacingRelease = { readonly service: string; readonly tag: string; readonly dies: readonly number[] };

class Died extends Error {}

/** Executions that commit to one branch at once; any call of theirs waits for its turn, and their functions may die at any of them. */
export function createBatchRace({ inTurn, services, eachCommits }: { readonly inTurn: InTurn; readonly services: readonly string[]; readonly eachCommits: boolean }) {
  let now: Instant = '2026-01-02T03:00:00.000Z';
  const hosts = createMemoryGitHosts();
  const repository = hosts.add(GIT.url, { files: { 'rival.md': '0\n', ...Object.fromEntries(services.map((name) => [fileOf(name), valuesWith('none')])) } });
  const config = createMemoryServiceStore(services.map((name) => aService({ name, environments: { dev: anEnvironment({ edits: [{ git: GIT, file: fileOf(name), path: 'image.tag', value: 'tag' }] }) } })));
  const targets = createMemoryTargetStore();
  const batches = createMemoryBatchStore();
  const argocd = createMemoryArgoCd(anApplication({ sources: [{ repoUrl: GIT.url, targetRevision: 'main' }] }));
  const tasks = new Map<string, PromiseWithResolvers<StepResult<string>>>();
  let last = 0;

  /** What one function sees: each call in its turn, until it dies. What it has asked for by then is done. */
  function portsOf(calls: number) {
    let left = calls;
    const call: InTurn = (run) =>
      inTurn(async () => {
        now = later(now, 1);
        if (left-- <= 0) throw new Died();
        const answer = await run();
        if (left === 0) throw new Died();
        return answer;
      });
    const wrap = <Port extends object>(port: Port): Port =>
      Object.fromEntries(Object.entries(port).map(([name, method]) => [name, (...args: readonly unknown[]) => call(() => (method as (...args: readonly unknown[]) => Promise<unknown>)(...args))])) as Port;
    const executions = {
      answer: (token: string, answer: unknown) => call(async () => settle(token, (task) => task.resolve(answer as StepResult<string>))),
      fail: (token: string, error: unknown) => call(async () => settle(token, (task) => task.reject(error))),
    };
    const git = async (): Promise<GitHost> => {
      const host = await hosts.open(GIT);
      const { commitEach, recent, ...alone } = wrap(host);
      return { ...alone, ...(eachCommits && commitEach && recent && { commitEach, recent }), link: (revision) => host.link(revision) };
    };
    return { services: wrap(config), targets: wrap(targets), batches: wrap(batches), executions, git, renewGit: () => undefined, pullRequests: hosts.openPullRequests, argocd: async () => argocd, clock: { now: () => now, remaining: () => Infinity } };
  }

  function settle(token: string, how: (task: PromiseWithResolvers<StepResult<string>>) => void): 'taken' | 'gone' {
    const task = tasks.get(token);
    if (task === undefined) return 'gone';
    how(task);
    tasks.delete(token);
    return 'taken';
  }

  async function claim({ service, tag }: RacingRelease): Promise<{ readonly execution: string; readonly deployment: Deployment }> {
    const key = { service, environment: 'dev', target: 'eu' };
    const release = aRelease({ tag, digest: aDigest('0'), repository: service, releasedAt: now, imagePushedAt: now });
    const execution = `execution ${++last}`;
    for (;;) {
      const state = await inTurn(() => targets.target(key));
      const generation = (state.claim?.generation ?? 0) + 1;
      const isTaken = await targets.change(key, state, { claim: aClaim({ execution, generation, tag }) });
      if (isTaken) return { execution, deployment: aDeployment({ ...key, release, claim: { generation, redrives: 0 } }) };
    }
  }

  /** As the state machine: a function that died is run again, a task that nobody answers joins again. */
  async function commit(input: Awaited<ReturnType<typeof claim>>, dies: readonly number[]): Promise<StepResult<string>> {
    const lives = [...dies];
    const ofTask = { ...input, redrives: 0 };
    let result: StepResult<string> | null = null;
    while (result === null) result = await commitRelease.run(portsOf(lives.shift() ?? Infinity), ofTask).catch(unlessDied);
    return result.status === 'contended' ? join(ofTask, lives) : result;
  }

  async function join(input: { readonly execution: string; readonly redrives: number; readonly deployment: Deployment }, lives: number[]): Promise<StepResult<string>> {
    for (;;) {
      const token = `token ${++last}`;
      const task = Promise.withResolvers<StepResult<string>>();
      tasks.set(token, task);
      const running = joinBatch.run(portsOf(lives.shift() ?? Infinity), { ...input, token }).then(() => null, unlessDied);
      const patience = untilNobodyLeads(running);
      const answer = await Promise.race([task.promise, patience]);
      tasks.delete(token);
      if (answer !== null) return answer;
    }
  }

  /** The function has ended, and after it time passes until a dead leader's lease is over; then the task has waited long enough. */
  async function untilNobodyLeads(running: Promise<null>): Promise<null> {
    await running;
    for (let turn = 0; turn < 60; turn++) await inTurn(async () => void (now = later(now, LEASE_MS / 30)));
    return null;
  }

  return {
    claim,
    commit,
    rival: (text: string) => inTurn(async () => repository.commit({ 'rival.md': text })),
    commitsOf: ({ execution, deployment }: Awaited<ReturnType<typeof claim>>) => repository.messages().filter((message) => isOwnCommit(message, execution, deployment)).length,
    async read(file: string) {
      return (await (await hosts.open(GIT)).read([file])).files[file];
    },
  };
}

function unlessDied(error: unknown): null {
  if (error instanceof Died) return null;
  throw error;
}
