import { describe, expect, it } from 'vitest';
import { commitPage, isSameRepository } from '../../../src/domain/git-url.ts';

describe('isSameRepository', () => {
  const url = 'https://git.example.com/team/config.git';

  it.each([
    'https://git.example.com/team/config',
    'https://git.example.com/team/config/',
    'https://GIT.example.com/Team/config.git',
    'https://user@git.example.com/team/config.git',
    'https://user:token@git.example.com:8443/team/config.git',
    'http://git.example.com/team/config.git',
    'git@git.example.com:team/config.git',
    'git@git.example.com:/team/config.git',
    'ssh://git@git.example.com/team/config.git',
    'ssh://git@git.example.com:2222/team/config',
  ])('takes %s for it', (other) => {
    expect(isSameRepository(url, other)).toBe(true);
  });

  it.each(['https://git.example.com/team/config-2.git', 'https://git.example.com/config.git', 'https://git.example.org/team/config.git', 'https://git.example.com/team/config/sub', ''])('does not take %s for it', (other) => {
    expect(isSameRepository(url, other)).toBe(false);
  });

  it('reads addresses in brackets', () => {
    expect(isSameRepository('http://[::1]:3000/config.git', 'http://[::1]/config')).toBe(true);
    expect(isSameRepository('http://[::1]:3000/config.git', 'http://[::2]:3000/config')).toBe(false);
  });
});

describe('commitPage', () => {
  it.each([
    ['https://github.com/o/r.git', 'https://github.com/o/r/commit/abc'],
    ['https://github.example.com/o/r', 'https://github.example.com/o/r/commit/abc'],
    ['https://gitlab.com/group/sub/r.git', 'https://gitlab.com/group/sub/r/-/commit/abc'],
    ['https://gitlab.example.com:8443/o/r.git', 'https://gitlab.example.com:8443/o/r/-/commit/abc'],
    ['https://codeberg.org/o/r.git', 'https://codeberg.org/o/r/commit/abc'],
    ['https://git.gitea.example/o/r.git', 'https://git.gitea.example/o/r/commit/abc'],
    ['https://bitbucket.org/o/r.git', 'https://bitbucket.org/o/r/commits/abc'],
    ['https://user:token@github.com/o/r.git', 'https://github.com/o/r/commit/abc'],
  ])('finds the page for %s', (url, page) => {
    expect(commitPage(url, 'abc')).toBe(page);
  });

  it.each(['https://git.example.com/o/r.git', 'https://notgithub.com/o/r.git', 'git@github.com:o/r.git', 'ssh://git@github.com/o/r.git', ''])('knows none for %j', (url) => {
    expect(commitPage(url, 'abc')).toBeNull();
  });
});
