import { describe, expect, it } from 'vitest';
import { RateLimitedError } from '../../../../src/domain/errors.ts';
import type { GitFiles } from '../../../contract/git-host.contract.ts';
import { createCodeCommitWorld } from '../../../support/git-hosts/codecommit-world.ts';
import type { ForgeWorld } from '../../../support/git-hosts/forge-world.ts';
import { createGiteaApiWorld } from '../../../support/git-hosts/gitea-world.ts';
import { createGitHubWorld } from '../../../support/git-hosts/github-world.ts';
import { createGitLabWorld } from '../../../support/git-hosts/gitlab-world.ts';

const FILE = 'values.yaml';
const RESET = '2026-01-02T03:30:00.000Z';

describe('a rate limit', () => {
  it.each<[string, (files: GitFiles) => Promise<ForgeWorld>, string]>([
    ['GitHub', createGitHubWorld, `asks to slow down until ${RESET} (API rate limit exceeded for user ID 1).`],
    ['GitLab', createGitLabWorld, `asks to slow down until ${RESET} (HTTP 429: Retry later).`],
    ['Gitea', createGiteaApiWorld, `asks to slow down until ${RESET} (HTTP 429: Too Many Requests).`],
    ['CodeCommit', createCodeCommitWorld, 'ThrottlingException: Rate exceeded; try again later.'],
  ])('of %s is told in its own way, and is over after a while', async (_, createWorld, words) => {
    const world = await createWorld({ [FILE]: 'tag: v1\n' });
    try {
      const host = await world.open('writer');
      const { revision: head } = await host.read([FILE]);
      world.state.limitedUntil = Date.parse(RESET) / 1000;
      const committing = host.commit({ head, files: { [FILE]: 'tag: v2\n' }, message: 'Deploy v2' });
      await expect(committing).rejects.toThrow(RateLimitedError);
      await expect(committing).rejects.toThrow(words);
      world.state.limitedUntil = null;
      await host.commit({ head, files: { [FILE]: 'tag: v2\n' }, message: 'Deploy v2' });
      expect((await host.read([FILE])).files).toEqual({ [FILE]: 'tag: v2\n' });
    } finally {
      await world.stop();
    }
  });
});
