import { describe, expect, it } from 'vitest';
import { parseSlipwayFile } from '../../../src/config/parse-slipway-file.ts';
import { BOUNDS, HEAD } from '../../support/slipway-file.ts';

const GITEA = HEAD.replace('host: git,', 'host: gitea,');
const CODECOMMIT = HEAD.replace('{ host: git, url: https://git.example.com/team/config.git, credentials: slipway/git }', '{ host: codecommit, url: https://git-codecommit.eu-central-1.amazonaws.com/v1/repos/config }');

const edit = (path: string) => `edit: [{ git: config, file: prod.yaml, path: ${path}, value: tag }]`;
const target = (own = '') => `{ argocd: main, application: web, project: web, cluster: eu${own === '' ? '' : `, ${own}`} }`;

/** A file whose one environment has these lines, the first of them in line 13. */
function fileWith(lines: readonly string[], { head = GITEA, targets = [`  eu: ${target()}`] }: { readonly head?: string; readonly targets?: readonly string[] } = {}): string {
  return `${head}    environments:\n      prod:\n${[...lines, edit('image.tag'), 'targets:', ...targets].map((line) => `        ${line}\n`).join('')}`;
}

const bounds = { ...BOUNDS, codeCommitPrefix: 'config' };
const environmentOf = (text: string) => parseSlipwayFile(text, 'slipway.yaml', bounds).services[0]?.environments['prod'];

function problemsOf(text: string): readonly string[] {
  try {
    parseSlipwayFile(text, 'slipway.yaml', bounds);
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace('services.inference-service.environments.', ''));
  }
  return [];
}

describe('the delivery of an environment', () => {
  it('is a commit unless it says otherwise', () => {
    expect(environmentOf(fileWith([]))?.pullRequest).toBeUndefined();
    expect(environmentOf(fileWith(['delivery: commit']))?.pullRequest).toBeUndefined();
  });

  it('is a pull request that may take a week, and that somebody merges', () => {
    expect(environmentOf(fileWith(['delivery: pull-request']))?.pullRequest).toEqual({ timeout: 168 * 3_600_000, autoMerge: false });
    expect(environmentOf(fileWith(['delivery: pull-request', 'merge: { timeout: 2h, automatic: true }']))?.pullRequest).toEqual({ timeout: 2 * 3_600_000, autoMerge: true });
  });

  it('may be shared by targets that have the environment’s edits alone', () => {
    expect(problemsOf(fileWith(['delivery: pull-request'], { targets: [`  eu: ${target()}`, `  us: ${target()}`] }))).toEqual([]);
    expect(problemsOf(fileWith(['delivery: pull-request'], { targets: [`  eu: ${target()}`, `  us: ${target(edit('us.tag'))}`] }))).toEqual([]);
  });

  it.each<[string, string, readonly string[]]>([
    ['a host without pull requests', fileWith(['delivery: pull-request'], { head: HEAD }), ['slipway.yaml:13: prod.delivery: is pull-request, which host git does not have; give the entry under git its own host (github, gitlab, gitea or codecommit), or set delivery: commit']],
    ['a rollback by itself', fileWith(['delivery: pull-request', 'rollback: automatic']), ['slipway.yaml:14: prod.rollback: is automatic, which does not go with delivery: pull-request, since nobody merges at three in the morning; set rollback: manual']],
    ['a host that merges nothing by itself', fileWith(['delivery: pull-request', 'merge: { automatic: true }'], { head: CODECOMMIT }), ['slipway.yaml:14: prod.merge.automatic: is not to be had on codecommit, which merges no pull request by itself; leave it out']],
    ['a merge where there is none', fileWith(['merge: { timeout: 1h }']), ['slipway.yaml:13: prod.merge: needs delivery: pull-request; a commit is on the branch at once, so leave it out']],
    ['a wait without end', fileWith(['delivery: pull-request', 'merge: { timeout: 337h }']), ['slipway.yaml:14: prod.merge.timeout: is at most 336h']],
    ['another word', fileWith(['delivery: merge-request']), ['slipway.yaml:13: prod.delivery: is one of commit, pull-request']],
    ['two pull requests for one value', fileWith(['delivery: pull-request'], { targets: [`  eu: ${target()}`, `  us: ${target(edit('image.tag'))}`] }), ['slipway.yaml:13: prod.delivery: is pull-request, and us and eu set image.tag of prod.yaml in pull requests of their own; give them different edits, or the environment\'s alone']],
  ])('is refused with %s', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
});
