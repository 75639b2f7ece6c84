import { describe, expect, it } from 'vitest';
import { parseSlipwayFile } from '../../../src/config/parse-slipway-file.ts';
import type { Edit } from '../../../src/domain/service.ts';
import { BOUNDS, HEAD } from '../../support/slipway-file.ts';

/** A file whose repository has these lines under `commit`, from line 7 on, and whose environment has this list of edits. */
function fileWith(commit: readonly string[], edits = '[{ git: config, file: values.yaml, path: image.tag, value: tag }]'): string {
  const git = ['git:', '  config:', '    host: git', '    url: https://git.example.com/team/config.git', '    commit:', ...commit.map((line) => `      ${line}`)];
  const environment = ['    environments:', '      dev:', `        edit: ${edits}`, '        targets:', '          eu: { argocd: main, application: web, project: web, cluster: eu }', ''];
  return HEAD.replace(/git:\n.*/, git.join('\n')) + environment.join('\n');
}

function editsIn(text: string): readonly Edit[] {
  return parseSlipwayFile(text, 'slipway.yaml', BOUNDS).services[0]?.environments['dev']?.edits ?? [];
}

function problemIn(text: string): string {
  try {
    parseSlipwayFile(text, 'slipway.yaml', BOUNDS);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

describe('commit settings of a repository', () => {
  it('are those of every edit that goes there', () => {
    const lines = ["subject: 'chore({environment}): {service} {tag}'", 'body: |', '  Digest: {digest}', '', '  Was: {previous}', 'author: { name: Größe & Söhne, email: ci@example.com }', 'signingKey: slipway/signing'];
    expect(editsIn(fileWith(lines))[0]?.git.commit).toEqual({
      subject: 'chore({environment}): {service} {tag}',
      body: 'Digest: {digest}\n\nWas: {previous}\n',
      author: { name: 'Größe & Söhne', email: 'ci@example.com' },
      signingKey: 'slipway/signing',
    });
  });

  it.each([
    ['an unknown placeholder', ["subject: 'deploy {servce}'"], /^slipway.yaml:7: git.config.commit.subject: names \{servce\}, which slipway does not know; there is \{action\}, /],
    ['an unknown placeholder in a line of the body', ['body: |', '  a', '  {previos}'], /^slipway.yaml:7: git.config.commit.body: names \{previos\}, .* \(line 2 of the body\)$/],
    ['a trailer of its own', ["body: 'Slipway-Release: none'"], /^slipway.yaml:7: git.config.commit.body: begins a line with Slipway-Release/],
    ['a subject of two lines', ['subject: "a\\nb"'], /commit.subject: is one line; write the rest under body$/],
    ['no subject', ["subject: ''"], /commit.subject: is (?:not )?empty/],
    ['an author without an address', ['author: { name: CI }'], /^slipway.yaml:7: git.config.commit.author.email: is missing$/],
    ['a name that would end early', ["committer: { name: 'CI <x', email: ci@example.com }"], /committer.name: is a name without < and >$/],
    ['an address that would end a header', ['committer: { name: CI, email: "ci@example.com>\\nx" }'], /committer.email: is an address as ci@example.com$/],
    ['a key outside the stack’s prefix', ['signingKey: other/key'], /^slipway.yaml:7: git.config.commit.signingKey: begins with slipway\//],
    ['a word that it does not know', ['template: x'], /^slipway.yaml:7: git.config.commit.template: is not a key that slipway knows here$/],
  ])('refuse %s', (_what, lines, problem) => {
    expect(problemIn(fileWith(lines))).toMatch(problem);
  });
});

describe('who makes a commit', () => {
  const URLS = {
    git: 'https://git.example.com/team/config.git',
    github: 'https://github.com/team/config',
    gitlab: 'https://gitlab.com/team/config',
    gitea: 'https://gitea.example.com/team/config',
    codecommit: 'https://git-codecommit.eu-central-1.amazonaws.com/v1/repos/config',
  };
  const SAID = ['author: { name: CI, email: ci@example.com }', 'committer: { name: CI, email: ci@example.com }', 'signingKey: slipway/signing'];

  /** The problem of that entry on that host, with the credentials that it takes. */
  function problemOn(host: keyof typeof URLS, lines: readonly string[]): string {
    const text = fileWith(lines).replace('host: git\n', `host: ${host}\n`).replace(URLS.git, host === 'codecommit' ? URLS[host] : `${URLS[host]}\n    credentials: slipway/git`);
    try {
      parseSlipwayFile(text, 'slipway.yaml', { ...BOUNDS, codeCommitPrefix: 'config' });
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  }

  it.each([
    ['git', 'accepted'],
    ['github', 'names author and committer and signingKey, which github decides by itself; leave it out'],
    ['gitlab', 'names committer and signingKey, which gitlab decides by itself; leave it out'],
    ['gitea', 'names signingKey, which gitea decides by itself; leave it out'],
    ['codecommit', 'names committer and signingKey, which codecommit decides by itself; leave it out'],
  ] as const)('is said where %s takes it, and refused by name where it does not', (host, problem) => {
    expect(problemOn(host, SAID)).toContain(problem);
  });

  it.each(['git', 'gitlab', 'gitea', 'codecommit'] as const)('may be an author on %s', (host) => {
    expect(problemOn(host, SAID.slice(0, 1))).toBe('accepted');
  });
});

describe('edits', () => {
  const NOTHING = ["subject: '{tag}'"];

  it('may write literals, and add keys', () => {
    const edits = "[{ git: config, file: a.yaml, path: 'images[name=web].newTag', value: tag, create: true }, { git: config, file: a.yaml, path: pinned, value: { literal: 'true' }, create: false }]";
    expect(editsIn(fileWith(NOTHING, edits)).map(({ path, value, create }) => ({ path, value, create }))).toEqual([
      { path: 'images[name=web].newTag', value: 'tag', create: true },
      { path: 'pinned', value: { literal: 'true' } },
    ]);
  });

  it.each([
    ['literals alone', '[{ git: config, file: a.yaml, path: a, value: { literal: x } }]', /^slipway.yaml:17: .*dev.edit: writes literals alone, which are the same for every release; add a tag or a digest$/],
    ['a literal that is not text', '[{ git: config, file: a.yaml, path: a, value: { literal: true } }]', /^slipway.yaml:17: .*edit.0.value: is one of tag, .* or \{literal: text\}$/],
    ['a path that means nothing', "[{ git: config, file: a.yaml, path: 'images[name=].newTag', value: tag }]", /edit.0.path: is a path as image.tag, images\[0\].newTag or images\[name=web\].newTag$/],
  ])('refuse %s', (_what, edits, problem) => {
    expect(problemIn(fileWith(NOTHING, edits))).toMatch(problem);
  });
});
