import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isNode, parseDocument } from 'yaml';
import { PACKAGE_FOLDER } from '../../cli/sandbox/package-stack.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { runSlipway, startSlipway } from '../support/run-slipway.ts';

let temp: string;
beforeAll(() => {
  temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'));
});
afterAll(() => rmSync(temp, { recursive: true, force: true }));

const sandbox = (...args: readonly string[]) => startSlipway(['sandbox', '--package', PACKAGE_FOLDER, ...args], { env: { TMPDIR: temp } });

function copyOf(node: unknown): unknown {
  return isNode(node) ? node.clone() : node;
}

/** What `--keep` prints for another terminal. */
function exported(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]));
}

describe('slipway sandbox --keep --json, and the other commands beside it', { timeout: 60_000 }, () => {
  let kept: ReturnType<typeof sandbox>;
  let env: Record<string, string>;
  const slipway = (...args: readonly string[]) => runInProcess([...args, '--stage', 'sandbox'], env);
  const slipwayProcess = (...args: readonly string[]) => runSlipway([...args, '--stage', 'sandbox'], { env });
  const json = async (...args: readonly string[]) => JSON.parse((await slipway(...args, '--json')).stdout) as Record<string, unknown>;
  /** The sandbox's slipway.yaml with something changed. */
  function aFile(edit: (file: ReturnType<typeof parseDocument>) => void): string {
    const file = parseDocument(readFileSync(env['SLIPWAY_FILE'] ?? '', 'utf8'));
    edit(file);
    const path = join(temp, 'changed.yaml');
    writeFileSync(path, file.toString());
    return path;
  }

  beforeAll(async () => {
    kept = sandbox('--keep', '--json');
    await kept.untilSaid("The functions' logs are in");
    env = exported(kept.said.stderr);
  }, 60_000);
  afterAll(() => void kept.child.kill('SIGKILL'));

  it('prints exactly one JSON object with exactly these members on standard output', () => {
    const printed = JSON.parse(kept.said.stdout) as Record<string, unknown>;
    expect(printed).toEqual({
      outcome: 'succeeded',
      cause: null,
      timings: expect.objectContaining({ total: expect.any(Number) as number, overhead: expect.any(Number) as number, rollout: expect.any(Number) as number }) as object,
      commit: { sha: expect.stringMatching(/^[0-9a-f]{40}$/) as string, url: null },
      pods: Array(2).fill({ name: expect.stringMatching(/^inference-dev-/) as string, ready: true, digest: expect.stringMatching(/^sha256:/) as string }),
      execution: expect.stringMatching(/^arn:aws:states:/) as string,
    });
    expect(kept.said.stdout.split('\n')).toHaveLength(2);
  });

  it('tells every step on standard error as it ends', () => {
    const told = [...kept.said.stderr.matchAll(/^ +\d+\.\d\d s {2}(\w+)/gm)].map(([, state]) => state ?? '');
    const milestones = ['ResolveRelease', 'ClaimTarget', 'CommitRelease', 'SyncApplication', 'CheckRollout', 'ConcludeDeployment', 'ConcludeRelease'];
    expect(told.filter((state) => milestones.includes(state))).toEqual(milestones);
  });

  it('prints an environment that git takes, behind a proxy too', () => {
    const behindProxy = { PATH: process.env['PATH'], http_proxy: 'http://127.0.0.1:9', ...env };
    expect(execFileSync('git', ['ls-remote', env['GIT_URL'] ?? '', 'main'], { encoding: 'utf8', env: behindProxy })).toMatch(/refs\/heads\/main$/m);
  });

  it('changes nothing when its file is applied again', async () => {
    expect(await slipwayProcess('apply', env['SLIPWAY_FILE'] ?? '')).toEqual({ code: 0, stdout: 'inference-service: unchanged\n', stderr: '' });
  });

  it('applies a change once, shows it, and removes with --prune what the file names no longer', async () => {
    const two = aFile((file) => file.setIn(['services', 'second'], copyOf(file.getIn(['services', 'inference-service']))));
    expect(await json('apply', two)).toEqual({ services: [{ name: 'inference-service', change: 'unchanged' }, { name: 'second', change: 'added' }] });
    const ignoring = aFile((file) => file.setIn(['services', 'inference-service', 'tags', 'ignore'], ['latest', 'pr-*']));
    expect((await slipway('apply', ignoring)).stdout).toBe('inference-service: changed\n  + ignoredTags[1]: "pr-*"\n');
    expect(await json('apply', env['SLIPWAY_FILE'] ?? '', '--prune')).toEqual({ services: [{ name: 'inference-service', change: 'changed' }, { name: 'second', change: 'removed' }] });
    expect((await slipway('status', 'second')).stderr).toBe('There is no service second in stage sandbox; `slipway apply --stage sandbox` adds it.\n');
  });

  it('refuses with a sentence per target what a commit could not do, and writes nothing', async () => {
    const broken = aFile((file) => {
      const environment = ['services', 'inference-service', 'environments', 'dev'];
      file.setIn(['services', 'new-service'], copyOf(file.getIn(['services', 'inference-service'])));
      file.setIn([...environment, 'edit', 0, 'path'], 'image.version');
      file.setIn([...environment, 'targets', 'us'], copyOf(file.getIn([...environment, 'targets', 'eu'])));
      file.setIn([...environment, 'targets', 'us', 'application'], 'absent');
    });
    const { code, stdout, stderr } = await slipway('apply', broken);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^inference-service\/dev\/eu: envs\/dev\/values\.yaml, line 4, column 1: image has no key version; .*$/m);
    expect(stderr).toMatch(/^inference-service\/dev\/us: .*Application absent.*$/m);
    expect(stderr).toMatch(/Nothing was written; correct this, or leave the checks out with --no-check\.\n$/);
    expect((await slipway('status', 'new-service')).code).toBe(1);
  });

  it('refuses another owner’s service', async () => {
    const { code, stderr } = await slipway('apply', aFile((file) => file.set('owner', 'team-other')));
    expect([code, stderr]).toEqual([1, 'Service inference-service belongs to team-inference, not to team-other; take it out of this file, or choose another name.\n']);
  });

  it('deploys by tag and shows it to its end', async () => {
    const { code, stdout, stderr } = await slipwayProcess('deploy', 'inference-service', '--tag', '1.0.0', '--environment', 'dev', '--reason', 'a test');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Started arn:.*\n\n +0\.\d\d s {2}ResolveRelease/);
    expect(stdout).toMatch(/inference-service:1\.0\.0[^]+\+ {2}tag: "1\.0\.0"[^]+Outcome: succeeded\n$/);
    expect((await slipway('status', 'inference-service')).stdout).toMatch(/current {4}1\.0\.0[^]+1\.0\.0 +succeeded[^]+1\.1\.0 +succeeded/);
  });

  it('starts a deployment without waiting for it', async () => {
    expect(await json('deploy', 'inference-service', '--tag', '1.0.0', '--no-wait')).toEqual({ execution: expect.stringMatching(/^arn:aws:states:.*:execution:slipway-sandbox-deploy:/) as string });
  });

  it('exits 1 with the reason for a tag that ECR does not have', async () => {
    const stderr = 'There is no image 111122223333.dkr.ecr.eu-central-1.amazonaws.com/inference-service:9.9.9 in ECR; push it or name another, nothing was started.\n';
    expect(await slipway('deploy', 'inference-service', '--tag', '9.9.9', '--json')).toEqual({ code: 1, stdout: '', stderr });
  });

  it('carries on without a reader that has seen enough', async () => {
    const { child, said, ended } = startSlipway(['status', 'inference-service', '--stage', 'sandbox'], { env });
    child.stdout.destroy();
    expect([(await ended).code, said.stderr]).toEqual([0, '']);
  });

  it('names a stage that is not deployed', async () => {
    expect((await runInProcess(['status', 'inference-service', '--stage', 'prod'], env)).stderr).toMatch(/^There is no stack slipway-prod in this account and region; deploy it with npx serverless deploy --stage prod/);
  });

  it('ends with the deployment’s exit code at Ctrl-C, and leaves nothing in the temp directory', async () => {
    kept.child.kill('SIGINT');
    expect((await kept.ended).code).toBe(0);
    expect(readdirSync(temp).filter((name) => name !== 'changed.yaml')).toEqual([]);
  });
});

describe('slipway sandbox', { timeout: 60_000 }, () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends at once at %s, exits 130, and leaves nothing in the temp directory', async (signal) => {
    const { child, ended, untilSaid } = sandbox('--scenario', 'never-ready');
    await untilSaid('ClaimTarget');
    child.kill(signal);
    expect((await ended).code).toBe(130);
    expect(readdirSync(temp).filter((name) => name.startsWith('slipway-'))).toEqual([]);
  });

  it('is not led astray by the AWS settings of its user', async () => {
    const env = { TMPDIR: temp, AWS_PROFILE: 'work', AWS_SESSION_TOKEN: 'stale', AWS_ENDPOINT_URL_STATES: 'http://127.0.0.1:9' };
    const { code, stderr } = await runSlipway(['sandbox', '--package', PACKAGE_FOLDER, '--scenario', 'already-deployed'], { env });
    expect(code, stderr).toBe(0);
  });

  it('exits 1 where the deployment fails, with its cause as the last line', async () => {
    const { code, stdout } = await sandbox('--scenario', 'image-pull').ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/\nOutcome: failed: pod inference-dev-\S+: ImagePullBackOff: .*\n$/);
  });

  it('says so where there is no packaged stack', async () => {
    expect(await runSlipway(['sandbox', '--package', temp])).toMatchObject({ code: 1, stderr: `There is no packaged stack in ${temp}; npm run package puts one into .serverless.\n` });
  });
});
