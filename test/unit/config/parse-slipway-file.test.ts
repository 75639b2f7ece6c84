import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseSlipwayFile } from '../../../src/config/parse-slipway-file.ts';
import { DEFAULT_POLICY } from '../../../src/domain/service.ts';
import { BOUNDS, HEAD } from '../../support/slipway-file.ts';

const WHOLE = `${HEAD}    tags: { ignore: [latest] }
    environments:
      dev:
        edit:
          - { git: config, file: envs/dev/values.yaml, path: image.tag, value: tag }
        rollout: { timeout: 2m }
        targets:
          eu: { argocd: main, application: inference-dev, project: inference, cluster: eu }
`;

function messageOf(text: string, bounds = BOUNDS): string {
  try {
    parseSlipwayFile(text, 'slipway.yaml', bounds);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

describe('parseSlipwayFile', () => {
  it('replaces references by what they name and fills in defaults', () => {
    const { owner, services } = parseSlipwayFile(WHOLE, 'slipway.yaml', BOUNDS);
    expect(owner).toBe('team-inference');
    expect(services).toEqual([
      {
        name: 'inference-service',
        owner: 'team-inference',
        repository: { registry: '111122223333.dkr.ecr.eu-central-1.amazonaws.com', name: 'inference-service' },
        ignoredTags: ['latest'],
        environments: {
          dev: {
            rollback: 'manual',
            order: { policy: 'supersede', interrupt: false },
            edits: [
              {
                git: { host: 'git', url: 'https://git.example.com/team/config.git', branch: 'main', credentials: 'slipway/git', aliases: [] },
                file: 'envs/dev/values.yaml',
                path: 'image.tag',
                value: 'tag',
              },
            ],
            policy: { ...DEFAULT_POLICY, rolloutTimeout: 120_000 },
            targets: {
              eu: {
                argocd: { url: 'https://argocd.example.com', token: 'slipway/argocd' },
                application: { name: 'inference-dev', project: 'inference' },
                cluster: { name: 'dev-eu', region: 'eu-central-1' },
              },
            },
          },
        },
      },
    ]);
  });

  it.each([
    ['an unknown key', WHOLE.replace('rollout: { timeout: 2m }', 'rolout: { timeout: 2m }'), /^slipway.yaml:16: services.inference-service.environments.dev.rolout: is not a key that slipway knows here$/],
    ['a wrong duration', WHOLE.replace('2m', 'two'), /^slipway.yaml:16: services.inference-service.environments.dev.rollout.timeout: is a duration/],
    ['a timeout that no history could hold', WHOLE.replace('2m', '2h'), /^slipway.yaml:16: .*rollout.timeout: is at most 40m/],
    ['a repository whose pushes nobody hears', WHOLE.replace('{ name: inference-service }', '{ name: inference-service, region: us-east-1 }'), /^slipway.yaml:10: services.inference-service.repository: is in 111122223333, us-east-1; the stack hears/],
    ['a control character in a branch', WHOLE.replace('credentials: slipway/git', 'branch: "ma\\u0000in"'), /git.config.branch: is a branch name/],
    ['a reference that leads nowhere', WHOLE.replace('argocd: main,', 'argocd: mian,'), /^slipway.yaml:18: .*eu.argocd: mian is not under argocd; there is main$/],
    ['plain http to another host', WHOLE.replace('https://argocd', 'http://argocd'), /^slipway.yaml:5: argocd.main.url: begins with https/],
    ['a path that leaves the repository', WHOLE.replace('envs/dev/values.yaml', '../x.yaml'), /^slipway.yaml:15: .*edit.0.file: is a path inside/],
    ['a secret outside the stack’s prefix', WHOLE.replace('slipway/git', 'other/git'), /^slipway.yaml:3: git.config.credentials: begins with slipway\//],
    ['broken YAML', 'owner: [', /^slipway.yaml:1: /],
    ['a missing section', WHOLE.replace('owner: team-inference\n', ''), /^slipway.yaml:1: owner: /],
    ['an empty file', '', /^slipway.yaml:1: the file: is a mapping, not empty$/],
    ['a missing key', WHOLE.replace(', cluster: eu', ''), /^slipway.yaml:18: .*targets.eu.cluster: is missing$/],
    ['a wrong choice, with the choices', WHOLE.replace('value: tag', 'value: tags'), /^slipway.yaml:15: .*edit.0.value: is one of tag, digest, repository:tag, repository@digest, repository:tag@digest, or \{literal: text\}$/],
    ['a host that there is not', WHOLE.replace('host: git,', 'host: bitbucket,'), /^slipway.yaml:3: git.config.host: is one of git, github, gitlab, gitea, codecommit$/],
    ['GitHub without credentials', WHOLE.replace('host: git,', 'host: github,').replace(', credentials: slipway/git', ''), /^slipway.yaml:3: git.config.credentials: is missing; github takes commits from nobody without them$/m],
    ['an author where the host names its own', WHOLE.replace('host: git, url: https://git.example.com/team/config.git', 'host: github, url: https://github.com/team/config, commit: { author: { name: A, email: a@example.com } }'), /^slipway.yaml:3: git.config.commit: names author, which github decides by itself; leave it out$/],
    ['an API of smart HTTP', WHOLE.replace('host: git,', 'host: git, api: https://git.example.com/api,'), /^slipway.yaml:3: git.config.api: is of no use with host git; leave it out$/],
    ['a repository on GitHub without an owner', WHOLE.replace('host: git, url: https://git.example.com/team/config.git', 'host: github, url: https://github.com/config'), /^slipway.yaml:3: git.config.url: is a repository on github, as https:..github.example.com.team.config$/],
    ['a value of another kind', WHOLE.replace('ignore: [latest]', 'ignore: latest'), /^slipway.yaml:11: .*tags.ignore: is a list, not text$/],
    ['a number for a duration', WHOLE.replace('2m', '120'), /^slipway.yaml:16: .*rollout.timeout: is a duration as 90s, 10m or 1h$/],
    ['a fraction for a count', WHOLE.replace('rollout: { timeout: 2m }', 'crash: { restarts: 0.5 }'), /^slipway.yaml:16: .*crash.restarts: is a whole number$/],
    ['a count below its limit', WHOLE.replace('rollout: { timeout: 2m }', 'crash: { restarts: 0 }'), /^slipway.yaml:16: .*crash.restarts: is at least 1$/],
    ['credentials in a URL', WHOLE.replace('https://argocd', 'https://user:pass@argocd'), /^slipway.yaml:5: argocd.main.url: holds a user or a password; put them into a secret$/],
    ['a status above its limit', WHOLE.replace('cluster: eu }', 'cluster: eu, smoke: { url: https://x.example.com, status: 700 } }'), /^slipway.yaml:18: .*smoke.status: is at most 599$/],
    ['an empty list', WHOLE.replace(/edit:\n.*\n/, 'edit: []\n'), /^slipway.yaml:14: .*dev.edit: has at least 1 in its list$/],
    ['empty text', WHOLE.replace('owner: team-inference', "owner: ''"), /^slipway.yaml:1: owner: is not empty$/],
    ['text that is too long', WHOLE.replace('team-inference', 'x'.repeat(101)), /^slipway.yaml:1: owner: has at most 100 characters$/],
    ['a name that can not be one', WHOLE.replace('  eu: { eks', '  EU: { eks'), /^slipway.yaml:7: clusters.EU: has lower-case letters/],
    ['a name of digits alone', WHOLE.replace('  eu: { eks: dev-eu', '  7: { eks: "?"'), /^slipway.yaml:7: clusters.7.eks: is the name of an EKS cluster$/m],
    ['no target', WHOLE.replace(/targets:\n.*\n/, 'targets: {}\n'), /^slipway.yaml:17: .*dev.targets: names at least one target$/],
    ['an alias without its anchor', WHOLE.replace('owner: team-inference', 'owner: *team'), /^slipway.yaml: Unresolved alias/],
  ])('names the line, the key and the reason of %s', (_, text, expected) => {
    expect(messageOf(text)).toMatch(expected);
  });

  it('holds repositories to the stack’s prefix', () => {
    expect(messageOf(WHOLE, { ...BOUNDS, repositoryPrefix: 'team/' })).toMatch(/^slipway.yaml:10: services.inference-service.repository.name: begins with team\//);
  });

  it('holds repositories on CodeCommit to the stack’s prefix, and takes none without it', () => {
    const text = WHOLE.replace('host: git, url: https://git.example.com/team/config.git', 'host: codecommit, url: https://git-codecommit.eu-central-1.amazonaws.com/v1/repos/config').replace(', credentials: slipway/git', '');
    expect(messageOf(text)).toBe("slipway.yaml:3: git.config.host: needs the stack's parameter CodeCommitPrefix, which is empty");
    expect(messageOf(text, { ...BOUNDS, codeCommitPrefix: 'team-' })).toBe("slipway.yaml:3: git.config.url: names a repository that begins with team-, as the stack's parameter CodeCommitPrefix says");
    expect(messageOf(text, { ...BOUNDS, codeCommitPrefix: 'conf' })).toBe('accepted');
  });

  it('reports every problem at once, a line each', () => {
    expect(messageOf(WHOLE.replace('2m', 'two').replace('value: tag', 'value: tags')).split('\n')).toHaveLength(2);
  });

  it('refuses two repositories in one environment, since a release is one commit', () => {
    const file = parse(WHOLE) as { git: Record<string, object>; services: Record<string, { environments: Record<string, { edit: object[] }> }> };
    file.git['second'] = { host: 'git', url: 'https://git.example.com/team/second.git' };
    file.services['inference-service']?.environments['dev']?.edit.push({ git: 'second', file: 'a.yaml', path: 'a', value: 'digest' });
    expect(messageOf(stringify(file))).toMatch(/names more than one repository/);
  });
});
