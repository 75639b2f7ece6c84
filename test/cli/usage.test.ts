import { describe, expect, it } from 'vitest';
import { runSlipway } from '../support/run-slipway.ts';

describe('wrong usage', () => {
  it.each([
    ['an unknown command', ['deplyo'], "slipway: unknown command 'deplyo' (Did you mean deploy?); see slipway --help.\n"],
    ['an unknown option', ['sandbox', '--fast'], "slipway: unknown option '--fast'; see slipway --help.\n"],
    ['an argument too many', ['sandbox', 'happy'], "slipway: too many arguments for 'sandbox'. Expected 0 arguments but got 1: happy; see slipway --help.\n"],
    ['an unknown scenario', ['sandbox', '--scenario', 'sad'], "slipway: option '--scenario <name>' argument 'sad' is invalid. Allowed choices are happy, already-deployed, image-pull, crash-loop, never-ready, git-race; see slipway --help.\n"],
    ['a missing service', ['deploy'], "slipway: missing required argument 'service'; see slipway --help.\n"],
    ['a missing image', ['deploy', 'inference-service'], "slipway: missing option '--tag <tag>' or '--digest <digest>'; see slipway --help.\n"],
    ['an option without its value', ['deploy', 'inference-service', '--tag'], "slipway: option '--tag <tag>' argument missing; see slipway --help.\n"],
    ['a limit that is no number', ['status', 'inference-service', '--limit', 'all'], "slipway: option '--limit <count>' argument 'all' is invalid. It is a whole number from 1 to 9999; see slipway --help.\n"],
  ])('exits 2 with one sentence for %s', async (_, args, sentence) => {
    expect(await runSlipway(args)).toEqual({ code: 2, stdout: '', stderr: sentence });
  });

  it('shows the help when nothing is asked, and exits 2', async () => {
    const { code, stdout, stderr } = await runSlipway([]);
    expect([code, stdout]).toEqual([2, '']);
    for (const command of ['sandbox', 'apply', 'deploy', 'status']) expect(stderr).toMatch(new RegExp(`^ +${command} `, 'm'));
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
    expect(await runSlipway(['status', 'inference-service'], { env })).toEqual({ code: 1, stdout: '', stderr: sentence });
  });

  it('is not even looked for where there is no file to apply', async () => {
    expect(await runSlipway(['apply', 'absent.yaml'])).toMatchObject({ code: 1, stderr: 'There is no file absent.yaml that can be read; name the one to apply, or write slipway.yaml.\n' });
  });
});
