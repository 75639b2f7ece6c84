import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryArgoCd } from '../../src/adapters/memory/argo-cd.ts';
import { createMemoryClock } from '../../src/adapters/memory/clock.ts';
import { createMemoryServiceStore } from '../../src/adapters/memory/service-store.ts';
import { createMemoryTargetStore } from '../../src/adapters/memory/target-store.ts';
import { isOwnCommit } from '../../src/domain/commit-message.ts';
import { UnavailableError } from '../../src/domain/errors.ts';
import type { GitRepository } from '../../src/domain/service.ts';
import type { GitHost } from '../../src/ports/git-host.ts';
import { commitRelease } from '../../src/steps/commit-release.ts';
import { anApplication } from '../support/application.ts';
import { type CuttingProxy, startCuttingProxy } from '../support/git/cutting-proxy.ts';
import { aClaim, aDeployment } from '../support/release.ts';
import { anEnvironment, aService, aTarget } from '../support/service.ts';
import type { GitFiles, GitWorld } from './git-host.contract.ts';

export type LostPushWorld = Pick<GitWorld, 'open' | 'stop'> & {
  /** Through the proxy. */
  readonly url: string;
  /** Messages of the commits on `main`, newest first. */
  messages(): Promise<readonly string[]>;
};

const FILE = 'envs/dev/values.yaml';
const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:slipway-dev:e1';

/**
 * CommitRelease on a Git server, and once more as after an error that is tried again.
 *
 * @param rival what somebody else does once, after the head was read and before the commit
 */
export async function aCommitter(world: Pick<GitWorld, 'open'>, url: string, rival?: () => Promise<unknown>) {
  const git: GitRepository = { host: 'git', url, branch: 'main', aliases: [] };
  const edits = [{ git, file: FILE, path: 'image.tag', value: 'tag' as const }];
  const services = createMemoryServiceStore([aService({ environments: { dev: anEnvironment({ edits, targets: { eu: aTarget() } }) } })]);
  const targets = createMemoryTargetStore();
  const deployment = aDeployment({ claim: { generation: 1, redrives: 0 } });
  await targets.change(deployment, await targets.target(deployment), { claim: aClaim({ execution: EXECUTION, generation: 1 }) });
  const argocd = createMemoryArgoCd(anApplication({ sources: [{ repoUrl: url, targetRevision: 'main' }] }));
  const clock = createMemoryClock('2026-01-02T03:10:00.000Z');
  const rivals = rival === undefined ? [] : [rival];
  const open = async (): Promise<GitHost> => {
    const host = await world.open('writer', { url });
    return {
      ...host,
      async commit(change) {
        await rivals.pop()?.();
        return host.commit(change);
      },
    };
  };
  return {
    deployment,
    commit: () => commitRelease.run({ services, targets, git: open, pullRequests: () => Promise.reject(new Error('Nothing is proposed here.')), argocd: async () => argocd, clock }, { execution: EXECUTION, redrives: 0, deployment }),
    /** How often the release was committed. */
    count: (messages: readonly string[]) => messages.filter((message) => isOwnCommit(message, EXECUTION, deployment)).length,
    readTag: async () => (await (await open()).read([FILE])).files[FILE],
  };
}

export const LOST_PUSH_FILES: GitFiles = { [FILE]: 'image:\n  tag: 0.0.1\n' };

/** @param throughProxy where what answers at a URL is reached through the proxy */
export type CreateLostPushWorld = (files: GitFiles, throughProxy: (url: string) => string) => Promise<LostPushWorld>;

/**
 * What becomes of a release whose push was cut off: CommitRelease fails, is tried again, and the release is in Git once. Without a
 * world where the implementation has no connection that could be cut.
 */
export function lostPushContract(name: string, createWorld: CreateLostPushWorld | null): void {
  describe.skipIf(createWorld === null)(`GitHost (${name}): a push that is cut off`, () => {
    let proxy: CuttingProxy;
    beforeAll(async () => void (proxy = await startCuttingProxy()));
    afterAll(() => proxy.stop());

    it.each(['before', 'during', 'unanswered', 'after'] as const)('is made or found once when the connection ends %s', async (cut) => {
      if (createWorld === null) return;
      const world = await createWorld(LOST_PUSH_FILES, (url) => proxy.urlOf(url));
      try {
        const committer = await aCommitter(world, world.url);
        proxy.strikeNext('commit', cut);
        await expect(committer.commit()).rejects.toThrow(UnavailableError);
        // The server is done with it: it is tried again seconds later.
        if (cut === 'unanswered') await proxy.settled();
        const { status, deployment } = await committer.commit();
        await proxy.settled();
        expect(status).toBe('committed');
        expect(deployment.commit?.revision).toMatch(/^[0-9a-f]{40}$/);
        expect(committer.count(await world.messages())).toBe(1);
        expect(await committer.readTag()).toBe(`image:\n  tag: ${deployment.release.tag}\n`);
      } finally {
        await world.stop();
      }
    });
  });
}
