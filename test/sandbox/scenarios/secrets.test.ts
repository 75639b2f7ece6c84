import { describe, expect, it } from 'vitest';
import { SCENARIO_NAMES } from '../../../sandbox/scenarios/names.ts';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import { PLAYED } from '../../support/sandbox/played-scenario.ts';
import { secretsFound, secretsIn, tracesOf } from '../../support/sandbox/secrets-in-use.ts';
import { FAILING } from '../../support/scenarios/failing.ts';
import { SUCCEEDING } from '../../support/scenarios/succeeding.ts';

describe('history, logs, events, table and commits hold no secret', () => {
  it('after every scenario: each is looked through where its other tests are', () => {
    // The scenario `service` is the tutorial's.
    expect([...PLAYED, ...FAILING, ...SUCCEEDING, 'service'].sort()).toEqual([...SCENARIO_NAMES].sort());
  });

  it('after Git, Argo CD and the cluster refused theirs', async () => {
    const world = await startDeployedWorld('happy');
    try {
      const { secrets } = world.world.aws;
      secrets.putSecret('slipway/wrong-git', JSON.stringify({ username: 'slipway', password: 'wrong-password-of-somebody' }));
      secrets.putSecret('slipway/wrong-argocd', JSON.stringify({ token: 'wrong-token-of-somebody' }));
      await world.apply((file) => file.setIn(['git', 'config', 'credentials'], 'slipway/wrong-git'));
      expect(await world.deploy(imageOf('2.0.0'))).toMatchObject({ outcome: 'errored' });
      await world.apply((file) => file.setIn(['argocd', 'main', 'token'], 'slipway/wrong-argocd'));
      expect(await world.deploy(imageOf('2.1.0'))).toMatchObject({ outcome: 'errored' });
      expect(await secretsFound(world)).toEqual({});
      const wrong = { password: 'wrong-password-of-somebody', token: 'wrong-token-of-somebody' };
      expect(Object.values(await tracesOf(world)).flatMap((text) => secretsIn(text, wrong))).toEqual([]);
    } finally {
      await world.stop();
    }
  });
});

describe('the scan', () => {
  it.each([
    ['a known value', 'password is hunter2-hunter2', { 'Git password': 'hunter2-hunter2' }, ['Git password']],
    ['a known value in base64', Buffer.from('hunter2-hunter2').toString('base64'), { 'Git password': 'hunter2-hunter2' }, ['Git password']],
    ['an EKS token', 'k8s-aws-v1.aHR0cHM6Ly9zdHMuZXhhbXBsZS5jb20', {}, ['EKS token']],
    ['an authorization header', 'authorization: Basic c2xpcHdheTpwYXNzd29yZA==', {}, ['authorization header']],
    ['an AWS secret key', 'key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY end', {}, ['AWS secret key']],
  ])('finds %s', (_what, text, known, found) => {
    expect(secretsIn(text, known)).toEqual(found);
  });

  it('takes a digest and a commit for what they are', () => {
    expect(secretsIn(`sha256:${'a1'.repeat(32)} ${'b2'.repeat(20)}`, {})).toEqual([]);
  });
});
