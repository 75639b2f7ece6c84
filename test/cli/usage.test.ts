import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SCENARIO_NAMES } from '../../sandbox/scenarios/names.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { runSlipway } from '../support/run-slipway.ts';

describe('wrong usage', () => {
  it.each([
    ['an unknown command', ['deplyo'], "slipway: unknown command 'deplyo' (Did you mean deploy?); see slipway --help.\n"],
    ['an unknown option', ['sandbox', '--fast'], "slipway: unknown option '--fast'; see slipway --help.\n"],
    ['an argument too many', ['sandbox', 'happy'], "slipway: too many arguments for 'sandbox'. Expected 0 arguments but got 1: happy; see slipway --help.\n"],
    ['an unknown scenario', ['sandbox', '--scenario', 'sad'], `slipway: option '--scenario <name>' argument 'sad' is invalid. Allowed choices are ${SCENARIO_NAMES.join(', ')}; see slipway --help.\n`],
    ['a missing service', ['deploy'], "slipway: missing required argument 'service'; see slipway --help.\n"],
    ['a missing image', ['deploy', 'inference-service'], "slipway: missing option '--tag <tag>' or '--digest <digest>'; see slipway --help.\n"],
    ['an option without its value', ['deploy', 'inference-service', '--tag'], "slipway: option '--tag <tag>' argument missing; see slipway --help.\n"],
    ['a tag that is none', ['deploy', 'inference-service', '--tag', 'a b'], "slipway: option '--tag <tag>' argument 'a b' is invalid. It has letters, digits, `_`, `.` and `-`, at most 128; see slipway --help.\n"],
    ['a digest that is none', ['deploy', 'inference-service', '--digest', 'abc'], "slipway: option '--digest <digest>' argument 'abc' is invalid. It is sha256: and 64 hexadecimal digits; see slipway --help.\n"],
    ['a reason for no answer', ['approve', '--reason', 'tested'], 'slipway: --reason and --digest belong to an answer: name SERVICE and ENVIRONMENT; see slipway --help.\n'],
    ['a hold without a reason', ['hold', 'inference-service'], "slipway: required option '--reason <text>' not specified; see slipway --help.\n"],
    ['a reason of two lines', ['rollback', 'inference-service', '--reason', 'one\ntwo'], "slipway: option '--reason <text>' argument 'one two' is invalid. It is one line of at most 500 characters; see slipway --help.\n"],
    ['an empty service', ['deploy', '', '--tag', '1.0.0'], "slipway: command-argument value '' is invalid for argument 'service'. It is a name, not empty; see slipway --help.\n"],
    ['an empty service of a status', ['status', ' '], "slipway: command-argument value ' ' is invalid for argument 'service'. It is a name, not empty; see slipway --help.\n"],
    ['an empty environment', ['rollback', 'inference-service', '', '--reason', 'errors'], "slipway: command-argument value '' is invalid for argument 'environment'. It is a name, not empty; see slipway --help.\n"],
    ['an empty target', ['hold', 'inference-service', 'dev', '', '--reason', 'errors'], "slipway: command-argument value '' is invalid for argument 'target'. It is a name, not empty; see slipway --help.\n"],
    ['an empty target of an answer', ['approve', 'inference-service', 'dev', ''], "slipway: command-argument value '' is invalid for argument 'target'. It is a name, not empty; see slipway --help.\n"],
    ['an option with an empty name', ['deploy', 'inference-service', '--tag', '1.0.0', '--environment', ''], "slipway: option '--environment <name>' argument '' is invalid. It is a name, not empty; see slipway --help.\n"],
    ['an empty stage', ['status', 'inference-service', '--stage', ''], "slipway: option '--stage <name>' argument '' is invalid. It is a name, not empty; see slipway --help.\n"],
    ['an empty execution', ['redrive', ''], "slipway: command-argument value '' is invalid for argument 'execution'. It is a name, not empty; see slipway --help.\n"],
    ['a redrive of nothing', ['redrive'], "slipway: missing required argument 'execution'; see slipway --help.\n"],
    ['a limit that is no number', ['status', 'inference-service', '--limit', 'all'], "slipway: option '--limit <count>' argument 'all' is invalid. It is a whole number from 1 to 9999; see slipway --help.\n"],
  ])('exits 2 with one sentence for %s', async (_, args, sentence) => {
    expect(await runInProcess(args, {})).toEqual({ code: 2, stdout: '', stderr: sentence });
  });

  it('shows the help when nothing is asked, and exits 2', async () => {
    const { code, stdout, stderr } = await runSlipway([]);
    expect([code, stdout]).toEqual([2, '']);
    for (const command of ['sandbox', 'apply', 'deploy', 'status', 'hold', 'resume', 'rollback', 'redrive', 'approve', 'reject', 'events']) expect(stderr).toMatch(new RegExp(`^ +${command} `, 'm'));
  });

  it('shows the help on standard output when it is asked for, and exits 0', async () => {
    expect(await runSlipway(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: slipway') as string, stderr: '' });
  });
});

describe('a stack that can not be asked', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' };

  it.each([
    ['no region is set', keys, 'No AWS region is set; set AWS_REGION, or a region in the profile.\n'],
    ['there are no credentials', { AWS_REGION: 'eu-central-1' }, 'Cannot look up stack slipway-dev: CredentialsProviderError: Could not load credentials from any providers; check the AWS credentials, their expiry and the clock.\n'],
    ['nobody answers', { ...keys, AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1' }, 'Cannot look up stack slipway-dev: Error: connect ECONNREFUSED 127.0.0.1:9; try again.\n'],
  ])('is told in one sentence when %s', async (_, env, sentence) => {
    expect(await runInProcess(['status', 'inference-service'], env)).toEqual({ code: 1, stdout: '', stderr: sentence });
  });

  it('is not even looked for where there is no file to apply', async () => {
    expect(await runInProcess(['apply', 'absent.yaml'], {})).toMatchObject({ code: 1, stderr: 'There is no file absent.yaml that can be read; name the one to apply, or write slipway.yaml.\n' });
  });
});

describe('an error that nobody expected', () => {
  /** What a status says that is answered with something that is no answer of AWS. */
  async function askNonsense(env: Readonly<Record<string, string>>) {
    const server = createServer((_, response) => response.end('<DescribeStacksResponse><DescribeStacksResult><Stacks><member>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const temp = await mkdtemp(join(tmpdir(), 'slipway-temp-'));
    onTestFinished(async () => {
      server.close();
      await rm(temp, { recursive: true });
    });
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'none', AWS_REGION: 'eu-central-1' };
    const ran = await runSlipway(['status', 'inference-service'], { env: { ...keys, AWS_ENDPOINT_URL: url, TMPDIR: temp, ...env } });
    return { ...ran, logs: readdirSync(temp).map((name) => readFileSync(join(temp, name), 'utf8')) };
  }

  it('is told in one sentence that says where its stack is, with exit code 1', async () => {
    const { code, stdout, stderr, logs } = await askNonsense({});
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^slipway met an error that it did not expect: [^\n]+; \S+slipway-error-\d+\.log has the details\.\n$/);
    expect(logs).toEqual([expect.stringMatching(/^status inference-service\nNode v\d+[^]+\n +at /)]);
  });

  it('shows its stack where DEBUG is set', async () => {
    expect((await askNonsense({ DEBUG: '1' })).stderr).toMatch(/\n +at /);
  });
});
