import { createHash } from 'node:crypto';
import type { Deployment } from '../../src/domain/deployment.ts';
import type { Release } from '../../src/domain/release.ts';
import { claimTarget } from '../../src/steps/claim-target.ts';
import { commitRelease } from '../../src/steps/commit-release.ts';
import { joinBatch } from '../../src/steps/join-batch.ts';
import type { TargetStepInput } from '../../src/steps/wire.ts';
import { aRelease } from '../../test/support/release.ts';
import { type CommitWorld, type Container, TARGET } from './commit-world.ts';
import { runTask } from './state-machine.ts';
import { createTokenTasks, type TokenAnswers } from './token-tasks.ts';

/** What became of one release, and how long it took from its claim to its commit, in milliseconds. */
export type Committed = { readonly status: string; readonly took: number; readonly error?: string };

export type Deployer = {
  /** Claims the target, as an execution of its own. Null when another release has it, or is newer. */
  claim(service: string, release: Release): Promise<TargetStepInput | null>;
  /** Commits as the state machine does, on the function that is free, else on a new one. */
  commit(input: TargetStepInput): Promise<Committed>;
  conclude(input: TargetStepInput): Promise<void>;
};

export function createDeployer(world: CommitWorld): Deployer {
  const { services, targets, batches, executions } = world;
  const pullRequests = () => Promise.reject(new Error('Nothing is proposed here.'));
  const tasks = createTokenTasks();
  const idle: Container[] = [];
  let last = 0;

  async function onContainer<Answer>(run: (container: Container) => Promise<Answer>): Promise<Answer> {
    const container = idle.pop() ?? world.openContainer();
    try {
      return await run(container);
    } finally {
      idle.push(container);
    }
  }

  async function commitAsMachine(input: TargetStepInput): Promise<string> {
    const { status, deployment } = await runTask('CommitRelease', () => onContainer((container) => commitRelease.run({ services, targets, batches, pullRequests, ...container }, input)));
    if (status !== 'contended') return status;
    const join = (token: string, answers: TokenAnswers) =>
      onContainer((container) => joinBatch.run({ services, targets, batches, executions: answers, ...container, renewGit: () => undefined }, { ...input, deployment, token }));
    return runTask('JoinBatch', () => tasks.run(join));
  }

  return {
    async claim(service, release) {
      const execution = `execution-${++last}`;
      executions.set(execution, 'RUNNING');
      const now = (): string => new Date().toISOString();
      const deployment: Deployment = { service, ...TARGET, release, marks: { pushed: release.releasedAt, started: now() } };
      const input = { execution, redrives: 0, deployment };
      const claimed = await runTask('ClaimTarget', () => claimTarget.run({ services, targets, executions, clock: { now } }, input));
      if (claimed.status === 'claimed') return { ...input, deployment: claimed.deployment };
      executions.set(execution, 'SUCCEEDED');
      return null;
    },
    async commit(input) {
      const begun = performance.now();
      const ended = (): number => performance.now() - begun;
      try {
        return { status: await commitAsMachine(input), took: ended() };
      } catch (error) {
        return { status: 'errored', took: ended(), error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
      }
    },
    async conclude({ execution, deployment }) {
      if (deployment.claim !== undefined) await targets.conclude(deployment, { execution, generation: deployment.claim.generation }, null);
      executions.set(execution, 'SUCCEEDED');
    },
  };
}

/** A release of now. */
export function releaseOf(service: string, tag: string): Release {
  const digest = `sha256:${createHash('sha256').update(`${service}:${tag}`).digest('hex')}`;
  const at = new Date().toISOString();
  return aRelease({ repository: service, tag, digest, digests: [digest], releasedAt: at, imagePushedAt: at });
}
