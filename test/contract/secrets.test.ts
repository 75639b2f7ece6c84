import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSecretsManager } from '../../sandbox/aws/secretsmanager/secrets-manager.ts';
import { createMemorySecrets } from '../../src/adapters/memory/secrets.ts';
import { createSecrets } from '../../src/adapters/secrets/secrets.ts';
import { ForbiddenError, UnavailableError } from '../../src/domain/errors.ts';
import { ACCOUNT, startAws, type TestAws } from '../support/aws.ts';
import { secretsContract } from './secrets.contract.ts';

secretsContract('memory', () => {
  const secrets = createMemorySecrets();
  return { secrets, set: (name, value) => secrets.set(name, value) };
});

const manager = createSecretsManager({ account: ACCOUNT, now: Date.now });
let aws: TestAws;
beforeAll(async () => {
  aws = await startAws(manager);
});
afterAll(() => aws.close());

secretsContract('Secrets Manager', () => ({
  secrets: createSecrets({ client: new SecretsManagerClient(aws.only('secretsmanager:GetSecretValue')) }),
  set: (name, value) => void manager.putSecret(name, value),
}));

it('keeps a secret for a few minutes, and then takes up a new value', async () => {
  let now = 0;
  const secrets = createSecrets({ client: new SecretsManagerClient(aws.administrator), now: () => now });
  manager.putSecret('slipway/rotated', 'old');
  expect(await secrets.read('slipway/rotated')).toBe('old');
  manager.putSecret('slipway/rotated', 'new');
  now += 2 * 60_000;
  expect(await secrets.read('slipway/rotated')).toBe('old');
  now += 2 * 60_000;
  expect(await secrets.read('slipway/rotated')).toBe('new');
});

it('names the missing permission without the value', async () => {
  manager.putSecret('slipway/guarded', 'the value');
  const guarded = createSecrets({ client: new SecretsManagerClient(aws.only('sqs:SendMessage')) }).read('slipway/guarded');
  await expect(guarded).rejects.toThrow(ForbiddenError);
  await expect(guarded).rejects.toThrow(/^(?!.*the value).*secret slipway\/guarded.*allow secretsmanager:GetSecretValue/);
});

it('says that Secrets Manager cannot be reached', async () => {
  const closed = await startAws();
  await closed.close();
  const secrets = createSecrets({ client: new SecretsManagerClient(closed.administrator) });
  await expect(secrets.read('slipway/git')).rejects.toThrow(UnavailableError);
});
