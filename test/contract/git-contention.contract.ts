import { describe, expect, it } from 'vitest';
import type { GitFiles, GitWorld } from './git-host.contract.ts';
import { aCommitter } from './lost-push.contract.ts';

const FILE = 'envs/dev/values.yaml';
const valuesWith = (tag: string, replicas = 1) => `image:\n  tag: ${tag}\nreplicas: ${replicas}\n`;
const FILES: GitFiles = { [FILE]: valuesWith('0.0.1'), 'README.md': 'hello\n' };

export type ContentionWorld = Omit<GitWorld, 'decline' | 'protect'> & { messages(): Promise<readonly string[]> };

/** What becomes of a release when somebody else commits after its head was read: the edit is made again, on what is there then. */
export function gitContentionContract(name: string, createWorld: (files: GitFiles) => Promise<ContentionWorld>): void {
  describe(`GitHost (${name}): a release that is committed while somebody else`, () => {
    const cases: readonly (readonly [string, (world: ContentionWorld, first: string) => Promise<unknown>, number])[] = [
      ['changes another key of the file', (world) => world.commit({ [FILE]: valuesWith('0.0.1', 3) }), 3],
      ['sets the same key to a newer value', (world) => world.commit({ [FILE]: valuesWith('9.9.9') }), 1],
      ['sets the same key to an older value', (world) => world.commit({ [FILE]: valuesWith('0.0.0') }), 1],
      ['changes an unrelated file', (world) => world.commit({ 'README.md': 'changed\n' }), 1],
      ['moves the branch back by force', (world, first) => world.reset(first), 1],
    ];
    it.each(cases)('%s is there once, and so is what they wrote', async (_what, rival, replicas) => {
      const world = await createWorld(FILES);
      try {
        const first = await world.head();
        await world.commit({ 'README.md': 'begun\n' });
        const committer = await aCommitter(world, world.url, () => rival(world, first));
        const { status, deployment } = await committer.commit();
        expect(status).toBe('committed');
        expect(deployment.commit?.revision).toBe(await world.head());
        expect(await committer.readTag()).toBe(valuesWith(deployment.release.tag, replicas));
        expect(committer.count(await world.messages())).toBe(1);
      } finally {
        await world.stop();
      }
    });
  });
}
