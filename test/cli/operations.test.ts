import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TargetKey } from '../../src/domain/deployment.ts';
import type { Release } from '../../src/domain/release.ts';
import { anAttempt } from '../support/attempt.ts';
import { EXECUTION, type OperatedStack, startOperatedStack } from '../support/operated-stack.ts';
import { aRelease } from '../support/release.ts';
import { anEnvironment, aService, aTarget } from '../support/service.ts';

let stack: OperatedStack;
beforeAll(async () => {
  stack = await startOperatedStack();
});
afterAll(() => stack.close());

let count = 0;
let name: string;
let key: TargetKey;
beforeEach(async () => {
  name = `service-${++count}`;
  key = { service: name, environment: 'dev', target: 'eu' };
  await stack.services.put(aService({ name, repository: { registry: aRelease().registry, name } }));
  stack.answer({ ConcludeRelease: () => ({ payload: { status: 'succeeded', conclusions: [{ target: `${name}/dev/eu`, outcome: 'succeeded', cause: null, timings: null }] } }) });
});

/** Deployed one after the other, the last of them current. */
async function deployed(...tags: readonly string[]): Promise<readonly Release[]> {
  const releases = await Promise.all(tags.map(async (tag) => aRelease({ repository: name, tag, digest: await stack.push(name, tag) })));
  for (const [index, release] of releases.entries()) {
    await record(key, release, index + 1);
  }
  return releases;
}

function record(at: TargetKey, release: Release, day: number): Promise<void> {
  return stack.records.record(at, { ...release, releasedAt: `2026-01-0${day}T00:00:00.000Z` }, anAttempt({ rollback: null, concludedAt: `2026-01-0${day}T00:01:00.000Z` }));
}

describe('slipway hold and slipway resume', () => {
  it('hold a target under the name by which AWS knows the caller, once, and lift it once', async () => {
    expect(await stack.slipway('hold', name, '--reason', 'migration')).toEqual({ code: 0, stdout: `${name}/dev/eu  held: migration\n`, stderr: '' });
    expect((await stack.targets.target(key)).hold).toMatchObject({ by: 'arn:aws:iam::111122223333:user/admin', reason: 'migration' });
    expect((await stack.slipway('hold', name, 'dev', 'eu', '--reason', 'other')).stdout).toMatch(/held already by arn:aws:iam::111122223333:user\/admin since .*: migration\n$/);
    expect((await stack.slipway('status', name)).stdout).toMatch(/ {2}held {7}since .* by arn:aws:iam::111122223333:user\/admin: migration\n/);
    expect(await stack.slipway('resume', name)).toMatchObject({ code: 0, stdout: expect.stringMatching(/lifted the hold of .*: migration; nothing waited\n$/) as string });
    expect(await stack.slipway('resume', name)).toEqual({ code: 1, stdout: '', stderr: `No hold is there to lift on ${name}/dev/eu; \`slipway status ${name} --stage test\` shows what is held.\n` });
  }, 30_000);

  it('start what waited, and say so in JSON', async () => {
    const state = await stack.targets.target(key);
    await stack.targets.change(key, state, { hold: { by: 'arn:alice', reason: 'why', since: '2026-01-02T03:04:05.000Z' }, next: { release: aRelease(), since: '2026-01-02T03:04:05.000Z' } });
    const { stdout } = await stack.slipway('resume', name, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ targets: [{ ...key, lifted: { by: 'arn:alice' }, next: { tag: '1.1.0', status: 'started' } }] });
    expect(await stack.inputs()).toContainEqual(expect.objectContaining({ ...key, trigger: 'next', tag: '1.1.0' }));
  }, 30_000);
});

describe('one of two targets that share a scalar', () => {
  it.each([
    ['hold', ['--reason', 'migration'], ' --reason REASON', 'hold'],
    ['resume', [], '', 'resume'],
    ['rollback', ['--reason', 'errors'], ' --reason REASON', 'roll back'],
  ])('is refused to slipway %s, which exits 1 and changes nothing', async (command, args, reason, verb) => {
    await stack.services.put(aService({ name, environments: { dev: anEnvironment({ targets: { eu: aTarget(), us: aTarget() } }) } }));
    const before = [await stack.targets.target(key), await stack.inputs()];
    const sentence = `dev/eu and dev/us share image.tag of envs/dev/values.yaml; ${verb} the environment: \`slipway ${command} ${name} dev${reason} --stage test\`.\n`;
    expect(await stack.slipway(command, name, 'dev', 'eu', ...args)).toEqual({ code: 1, stdout: '', stderr: sentence });
    expect([await stack.targets.target(key), await stack.inputs()]).toEqual(before);
  }, 30_000);
});

describe('slipway rollback', () => {
  it('says what changes, and asks for it by hand under the name by which AWS knows the caller', async () => {
    const [old] = await deployed('1.0.0', '1.1.0');
    const { code, stdout, stderr } = await stack.slipway('rollback', name, '--reason', 'errors', '--no-wait', '--json');
    expect([code, stderr.split('\n')[0]]).toEqual([0, `${name}/dev/eu  1.1.0 → 1.0.0 (${old?.digest.slice(0, 19)}), then held until slipway resume ${name} dev --stage test`]);
    expect(JSON.parse(stdout)).toMatchObject({ targets: [{ ...key, from: { tag: '1.1.0' }, to: { tag: '1.0.0', digest: old?.digest }, execution: expect.stringContaining(EXECUTION) as string }] });
    expect(await stack.inputs()).toContainEqual({ ...key, tag: '1.0.0', digest: old?.digest, reason: 'errors', by: 'arn:aws:iam::111122223333:user/admin', rollback: true });
  }, 30_000);

  it('tells what runs already where the next target can not be started', async () => {
    await stack.services.put(aService({ name, repository: { registry: aRelease().registry, name }, environments: { dev: anEnvironment({ targets: { eu: aTarget(), us: aTarget() } }) } }));
    for (const [index, release] of (await deployed('1.0.0', '1.1.0')).entries()) await record({ ...key, target: 'us' }, release, index + 1);
    stack.refuse((input) => JSON.stringify(input).includes(`"service":"${name}","environment":"dev","target":"us"`));
    const { code, stdout, stderr } = await stack.slipway('rollback', name, '--reason', 'errors', '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { targets: [{ ...key, to: { tag: '1.0.0' }, execution: expect.stringContaining(EXECUTION) as string }] }]);
    expect(stderr).toMatch(new RegExp(`\\nCannot start the rollback of ${name}/dev/us beside what runs already \\(${name}/dev/eu in ${EXECUTION}:\\S+\\): ExecutionLimitExceeded: [^\\n]+\\n$`));
  }, 30_000);

  it('shows the execution to its end, and exits 0 where it succeeded', async () => {
    await deployed('1.0.0', '1.1.0');
    const { code, stdout, stderr } = await stack.slipway('rollback', name, 'dev', 'eu', '--to', '1.0.0', '--reason', 'errors');
    expect([code, stdout]).toEqual([0, '\nOutcome: succeeded\n']);
    expect(stderr).toMatch(/ConcludeRelease +succeeded\n$/);
  }, 30_000);

  it.each([
    ['a tag that never succeeded', ['--to', '9.9.9'], /^service-\d+\/dev\/eu can't go back to 9\.9\.9: no release of that tag has succeeded there; `slipway status service-\d+ --stage test` shows its deployments, and nothing was changed\.\n$/],
    ['nothing to go back to', [], /^service-\d+\/dev\/eu has nothing to go back to from 1\.0\.0: [^\n]+\n$/],
  ])('exits 1 with one sentence for %s, and starts nothing', async (_, args, sentence) => {
    await deployed('1.0.0');
    const before = await stack.inputs();
    const ran = await stack.slipway('rollback', name, ...args, '--reason', 'errors');
    expect(ran).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(sentence) as string });
    expect(await stack.inputs()).toEqual(before);
  }, 30_000);
});

describe('slipway redrive', () => {
  const fails = { ConcludeRelease: () => ({ functionError: 'Unhandled', errorType: 'DeploymentFailed', errorMessage: 'Git is down' }) as const };

  it('lets the last failed execution of a service go on, and shows only what came after, with what was skipped', async () => {
    stack.answer(fails);
    await stack.execute(`${name}-1`, { service: name, tag: '1.0.0' });
    await stack.execute(`${name}-2`, { service: name, tag: '1.1.0' });
    await stack.execute(`${name}-3`, { service: 'other', tag: '1.1.0' });
    stack.answer({ ConcludeRelease: () => ({ payload: { status: 'succeeded', conclusions: [{ target: 'one', outcome: 'succeeded', cause: null, timings: null }] } }) });
    const { code, stdout, stderr } = await stack.slipway('redrive', name);
    expect(stderr).toMatch(new RegExp(`^Redrove ${EXECUTION}:${name}-2, which ended FAILED at \\S+; it goes on without this terminal\\.\\n\\n +\\S+ s  ConcludeRelease +succeeded\\n$`));
    expect([code, stdout]).toEqual([0, '\nOutcome: succeeded\n\nSkipped, since it was done before\n  all targets ResolveRelease\n']);
  }, 30_000);

  it('exits 1 where the execution fails again', async () => {
    stack.answer(fails);
    const arn = await stack.execute(`${name}-1`, { service: name, tag: '1.0.0' });
    const { code, stdout } = await stack.slipway('redrive', arn, '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { outcome: 'errored', cause: 'Git is down', execution: arn, skipped: [{ state: 'ResolveRelease', target: null }] }]);
  }, 30_000);

  it('refuses an execution that succeeded, and says how to deploy again', async () => {
    await stack.execute(`${name}-1`, { service: name, tag: '1.0.0', environment: 'dev' });
    expect(await stack.slipway('redrive', `${name}-1`)).toEqual({
      code: 1,
      stdout: '',
      stderr: `Execution ${EXECUTION}:${name}-1 succeeded, so there is nothing to redrive; \`slipway deploy ${name} --tag 1.0.0 --environment dev --stage test\` deploys it again.\n`,
    });
  }, 30_000);

  it.each([
    ['an ARN of no execution', `${EXECUTION}:absent`, `There is no execution ${EXECUTION}:absent in stage test, and AWS keeps executions for 90 days; \`slipway deploy SERVICE --tag TAG --stage test\` starts a new one.\n`],
    ['a name of nothing', 'absent', 'There is no service or execution absent in stage test, and AWS keeps executions for 90 days; `slipway deploy SERVICE --tag TAG --stage test` starts a new one.\n'],
    ['an execution of another stage', EXECUTION.replace('-test-', '-prod-') + ':one', `${EXECUTION.replace('-test-', '-prod-')}:one is no execution of stage test; name its stage with --stage.\n`],
  ])('exits 1 with one sentence for %s', async (_, execution, sentence) => {
    expect(await stack.slipway('redrive', execution)).toEqual({ code: 1, stdout: '', stderr: sentence });
  }, 30_000);

  it('exits 1 with one sentence where nothing of the service failed', async () => {
    expect((await stack.slipway('redrive', name)).stderr).toBe(
      `No execution of ${name} is among the last 100 that failed, so there is nothing to redrive; \`slipway deploy ${name} --tag TAG --stage test\` starts a new one.\n`,
    );
  }, 30_000);
});

describe('slipway deploy', () => {
  it('asks under the name by which AWS knows the caller', async () => {
    await stack.push(name, '1.0.0');
    expect((await stack.slipway('deploy', name, '--tag', '1.0.0', '--no-wait')).code).toBe(0);
    expect(await stack.inputs()).toContainEqual({ service: name, tag: '1.0.0', by: 'arn:aws:iam::111122223333:user/admin' });
  }, 30_000);

  it.each([
    ['service', () => 'absent', [], () => 'There is no service absent in stage test; `slipway apply --stage test` adds it.\n'],
    ['environment', () => name, ['--environment', 'absent'], () => `No environment of service ${name} is named absent; there is dev.\n`],
    ['target', () => name, ['--target', 'absent'], () => `No target of ${name}/dev is named absent; there is eu.\n`],
    ['tag', () => name, ['--tag', 'nope'], () => `There is no image ${aRelease().registry}/${name}:nope in ECR; push it or name another, nothing was started.\n`],
  ])('starts nothing for an unknown %s', async (_, service, place, sentence) => {
    await stack.push(name, '1.0.0');
    const before = await stack.inputs();
    expect(await stack.slipway('deploy', service(), '--tag', '1.0.0', ...place)).toEqual({ code: 1, stdout: '', stderr: sentence() });
    expect(await stack.inputs()).toEqual(before);
  }, 30_000);
});
