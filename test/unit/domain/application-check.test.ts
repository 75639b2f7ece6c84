import { describe, expect, it } from 'vitest';
import { checkApplication } from '../../../src/domain/application-check.ts';
import { ConfigurationError, ForbiddenError } from '../../../src/domain/errors.ts';
import type { GitRepository } from '../../../src/domain/service.ts';
import { anApplication } from '../../support/application.ts';

const repository: GitRepository = { host: 'git', url: 'https://git.example.com/team/config.git', branch: 'main', aliases: ['https://mirror.example.com/config'] };
const URL = repository.url;

function check(sources: { repoUrl: string; targetRevision: string }[], isDefaultBranch = true, maySync = true): void {
  checkApplication({ application: anApplication({ sources }), maySync, repository, isDefaultBranch });
}

describe('checkApplication', () => {
  it.each([
    ['the branch', URL, 'main'],
    ['the branch by its whole name', URL, 'refs/heads/main'],
    ['HEAD', URL, 'HEAD'],
    ['nothing, which means HEAD', URL, ''],
    ['the branch by the SSH form of the URL', 'git@git.example.com:team/config', 'main'],
    ['the branch by an alias', 'https://mirror.example.com/config.git', 'main'],
  ])('accepts an Application that follows %s', (_what, repoUrl, targetRevision) => {
    expect(() => check([{ repoUrl, targetRevision }])).not.toThrow();
  });

  it('finds our source among several', () => {
    expect(() => check([{ repoUrl: 'https://charts.example.com', targetRevision: '1.2.3' }, { repoUrl: URL, targetRevision: 'main' }])).not.toThrow();
  });

  it.each([
    ['another branch', URL, 'next', 'follows next of'],
    ['a commit', URL, 'c'.repeat(40), 'follows cccc'],
    ['another repository', 'https://git.example.com/team/other.git', 'main', 'deploys from https://git.example.com/team/other.git'],
  ])('refuses an Application that follows %s', (_what, repoUrl, targetRevision, words) => {
    expect(() => check([{ repoUrl, targetRevision }])).toThrow(ConfigurationError);
    expect(() => check([{ repoUrl, targetRevision }])).toThrow(words);
  });

  it.each(['HEAD', ''])('refuses targetRevision %j where another branch is the default', (targetRevision) => {
    expect(() => check([{ repoUrl: URL, targetRevision }], false)).toThrow('follows HEAD of');
  });

  it('refuses an Application without a source', () => {
    expect(() => check([])).toThrow('deploys from no source');
  });

  it('refuses an Application that our token may not sync', () => {
    expect(() => check([{ repoUrl: URL, targetRevision: 'main' }], true, false)).toThrow(ForbiddenError);
  });

  it('refuses an Application that is being deleted', () => {
    expect(() => checkApplication({ application: anApplication({ deleting: true }), maySync: true, repository, isDefaultBranch: true })).toThrow('is being deleted');
  });
});
