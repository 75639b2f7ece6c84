import { expect, it } from 'vitest';
import { authenticateEksToken } from '../../../../sandbox/aws/eks/token.ts';
import { createIam } from '../../../../sandbox/aws/iam/iam.ts';
import { eksToken } from '../../../../src/adapters/eks/eks-token.ts';
import { aRole } from '../../../sandbox/aws/a-role.ts';

const REGION = 'eu-central-1';
const NOW = '2026-01-02T03:04:05.000Z';

it('eksToken is accepted by its cluster, as the role that signed it, and by no other cluster', async () => {
  const iam = createIam({ id: '111122223333', region: REGION });
  const role = iam.createRole(aRole({ name: 'check-rollout' }));
  const credentials = iam.credentialsFor(role.arn, 'lambda.amazonaws.com', 'check-rollout');
  const token = await eksToken({ cluster: 'dev-eu', region: REGION, credentials, now: NOW });
  expect(authenticateEksToken(token, 'dev-eu', iam, Date.parse(NOW))).toMatchObject({ principal: { roleArn: role.arn } });
  expect(authenticateEksToken(token, 'prod-eu', iam, Date.parse(NOW))).toHaveProperty('refused');
});
