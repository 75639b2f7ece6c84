import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { approvalUrlOf } from '../../support/sandbox/approver.ts';
import { DEV, type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import { EAGER_KUBELET } from '../../support/sandbox/faults.ts';
import { withEnvironments } from '../../support/sandbox/more-environments.ts';
import { announcements, runningDigests } from '../../support/sandbox/traces.ts';

const STAGING = { ...DEV, environment: 'staging' };

/** The question is there a moment after AwaitApproval was entered; until then nothing waits. */
const UNTIL_IT_WAITS = { timeout: 15_000, interval: 100 };

describe('an environment that comes after another, and asks for approval', () => {
  let world: DeployedWorld;
  let started: string[];

  beforeAll(async () => {
    const environments = withEnvironments([
      {
        name: 'staging',
        values: (text) => text,
        application: () => undefined,
        entry: (environment) => {
          environment.set('after', 'dev');
          environment.set('approval', { timeout: '1h' });
        },
      },
    ]);
    world = await startDeployedWorld('happy', { ...environments, kubelet: EAGER_KUBELET });
    started = [];
    world.world.aws.states.watch(({ executionArn, status }) => {
      if (status === 'RUNNING') started.push(executionArn);
    });
  });
  afterAll(() => world?.stop());

  /** Sends an answer as the CLI does: signed, to the URL that the stack tells. */
  async function answer(digest: string, said: 'approve' | 'reject', reason?: string): Promise<{ readonly status: number; readonly body: unknown }> {
    const { account, administrator: credentials } = world.world.aws;
    const url = new URL(await approvalUrlOf(world));
    const body = JSON.stringify({ ...STAGING, digest, answer: said, ...(reason !== undefined && { reason }) });
    const signer = new SignatureV4({ service: 'lambda', region: account.region, credentials, sha256: Sha256 });
    const headers = { host: url.host, 'content-type': 'application/json' };
    const signed = await signer.sign({ method: 'POST', protocol: url.protocol, hostname: url.hostname, port: Number(url.port), path: url.pathname, headers, body });
    const response = await fetch(url, { method: 'POST', headers: signed.headers, body });
    return { status: response.status, body: await response.json() };
  }

  /** Deploys to dev; its event starts the promotion, which then waits. */
  async function promoted(tag: string): Promise<{ readonly execution: string; readonly digest: string }> {
    const image = imageOf(tag);
    expect(await world.deploy(image)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    await world.world.aws.events.settled();
    const execution = started.at(-1) ?? '';
    await world.executions.reaches(execution, 'AwaitApproval');
    return { execution, digest: image.digest };
  }

  it('gets the release once it has succeeded before it and a person has approved it, and waits for both', async () => {
    const before = runningDigests(world, 'inference-staging');
    const { execution, digest } = await promoted('2.0.0');
    expect([runningDigests(world), runningDigests(world, 'inference-staging')]).toEqual([[digest], before]);
    await expect.poll(() => answer(digest, 'approve'), UNTIL_IT_WAITS).toMatchObject({ status: 200, body: { status: 'approved', tag: '2.0.0', digest } });
    expect(await world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', attempts: [{ attempt: { approvedBy: 'arn:aws:iam::111122223333:user/operator' } }] });
    expect(runningDigests(world, 'inference-staging')).toEqual([digest]);
    await world.world.aws.events.settled();
    // Nothing comes after staging, so its success starts nothing.
    expect(started.at(-1)).toBe(execution);
  }, 60_000);

  it('keeps what it has when the person says no, in the words of that person and with the name that AWS gives', async () => {
    const before = runningDigests(world, 'inference-staging');
    const { execution, digest } = await promoted('2.1.0');
    await expect.poll(() => answer(digest, 'reject', 'not on a Friday'), UNTIL_IT_WAITS).toMatchObject({ status: 200 });
    expect(await world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'rejected', cause: 'rejected by arn:aws:iam::111122223333:user/operator: not on a Friday' });
    expect(runningDigests(world, 'inference-staging')).toEqual(before);
    expect(announcements(world).filter(({ environment }) => environment === 'staging').map(({ outcome }) => outcome)).toEqual(['succeeded', 'rejected']);
    expect(await answer(digest, 'approve')).toMatchObject({ status: 404 });
  }, 60_000);
});
