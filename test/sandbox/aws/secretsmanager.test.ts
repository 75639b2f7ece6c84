import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecretsManager, type SecretsManager } from '../../../sandbox/aws/secretsmanager/secrets-manager.ts';
import { ACCOUNT, startAws, type TestAws } from '../../support/aws.ts';

let manager: SecretsManager;
let aws: TestAws;
let client: SecretsManagerClient;
beforeEach(async () => {
  manager = createSecretsManager({ account: ACCOUNT, now: () => Date.parse('2026-01-02T03:04:05Z') });
  aws = await startAws(manager);
  client = new SecretsManagerClient(aws.administrator);
});
afterEach(() => aws.close());

const read = (SecretId: string, rest: object = {}) => client.send(new GetSecretValueCommand({ SecretId, ...rest }));

describe('a secret', () => {
  it('is read by name and by ARN', async () => {
    const arn = manager.putSecret('slipway/git', 'value');
    expect(arn).toMatch(/^arn:aws:secretsmanager:eu-central-1:111122223333:secret:slipway\/git-[0-9a-f]{6}$/);
    expect(await read('slipway/git')).toMatchObject({ ARN: arn, Name: 'slipway/git', SecretString: 'value', VersionStages: ['AWSCURRENT'] });
    expect(await read(arn)).toMatchObject({ SecretString: 'value' });
  });

  it('keeps its ARN with a new value', async () => {
    expect(manager.putSecret('slipway/git', 'old')).toBe(manager.putSecret('slipway/git', 'new'));
    expect(await read('slipway/git')).toMatchObject({ SecretString: 'new' });
  });

  it('that does not exist is answered in the words of AWS', async () => {
    await expect(read('slipway/missing')).rejects.toMatchObject({ name: 'ResourceNotFoundException', message: "Secrets Manager can't find the specified secret." });
  });

  it('is refused by name for a version or stage', async () => {
    manager.putSecret('slipway/git', 'value');
    await expect(read('slipway/git', { VersionStage: 'AWSPREVIOUS' })).rejects.toThrow('VersionStage');
  });

  it('is allowed by its full ARN', () => {
    const arn = manager.putSecret('slipway/git', 'value');
    const operation = manager.operations['GetSecretValue'];
    const action = 'secretsmanager:GetSecretValue';
    expect(operation?.needs({ SecretId: 'slipway/git' }, ACCOUNT)).toEqual([{ action, resource: arn }]);
    expect(operation?.needs({ SecretId: 'slipway/missing' }, ACCOUNT)).toEqual([{ action, resource: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:slipway/missing' }]);
  });
});
