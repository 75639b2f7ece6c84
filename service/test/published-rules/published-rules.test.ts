import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { installLinters, type Linters } from './linters.ts';

const SERVICE = new URL('../../', import.meta.url);
const WORKFLOWS = 'ci/.github/workflows/';
const dockerfile = readFileSync(new URL('Dockerfile', SERVICE), 'utf8');
const pipeline = readFileSync(new URL('ci/.gitlab-ci.yml', SERVICE), 'utf8');
const workflows = Object.fromEntries(readdirSync(new URL(WORKFLOWS, SERVICE)).map((name) => [`.github/workflows/${name}`, readFileSync(new URL(WORKFLOWS + name, SERVICE), 'utf8')]));

const ACCEPTED = { status: 0, output: '' };

let linters: Linters;
beforeAll(async () => {
  linters = await installLinters();
});

describe('hadolint', () => {
  it('accepts the Dockerfile', async () => {
    expect(await linters.hadolint(dockerfile)).toEqual(ACCEPTED);
  });

  it.each([
    ['a base without a version', dockerfile.replaceAll('node:${NODE}', 'node'), 'DL3006'],
    ['latest as the base', dockerfile.replaceAll('node:${NODE}', 'node:latest'), 'DL3007'],
    ['a relative work folder', dockerfile.replaceAll('WORKDIR /service', 'WORKDIR service'), 'DL3000'],
  ])('refuses %s', async (_, bad, rule) => {
    const { status, output } = await linters.hadolint(bad);
    expect([status, output]).toEqual([1, expect.stringContaining(rule)]);
  });
});

describe("GitLab's schema", () => {
  it('accepts the pipeline', async () => {
    expect(await linters.gitlabSchema(pipeline)).toMatchObject({ status: 0 });
  });

  it.each([
    ['an unknown key of a job', pipeline.replace('  stage: scan', '  stage: scan\n  onlyy: [main]')],
    ['an ID token without an audience', pipeline.replace('{ aud: sts.amazonaws.com }', '{}')],
  ])('refuses %s', async (_, bad) => {
    expect((await linters.gitlabSchema(bad)).status).toBe(1);
  });
});

describe('actionlint', () => {
  it('accepts the workflows', async () => {
    expect(Object.keys(workflows)).toHaveLength(4);
    expect(await linters.actionlint(workflows)).toEqual(ACCEPTED);
  });

  const main = '.github/workflows/service-main.yml';
  it.each([
    ['an unknown context', 'github.sha', 'github.nosuch', 'property "nosuch" is not defined'],
    ['a job that is needed and not there', 'needs: test', 'needs: tests', 'job "push" needs job "tests" which does not exist'],
    ['an unknown permission', 'id-token: write', 'id-tokens: write', 'unknown permission scope "id-tokens"'],
    ['a called workflow that is not there', 'service-test.yml', 'nosuch.yml', 'could not read reusable workflow file'],
  ])('refuses %s', async (_, right, wrong, message) => {
    const { status, output } = await linters.actionlint({ ...workflows, [main]: (workflows[main] ?? '').replaceAll(right, wrong) });
    expect([status, output]).toEqual([1, expect.stringContaining(message)]);
  });
});
