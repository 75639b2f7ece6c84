import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { operation } from '../operation.ts';
import { type AwsAccount, AwsError, type AwsService } from '../service.ts';

type Secret = { readonly arn: string; readonly name: string; readonly value: string; readonly versionId: string; readonly createdAt: number };

export type SecretsManager = AwsService & {
  /** Creates the secret, or gives it a new value, and returns its ARN. */
  putSecret(name: string, value: string): string;
};

export type SecretsManagerOptions = {
  readonly account: AwsAccount;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

/** Secrets that the sandbox writes and functions read, by name or ARN. */
export function createSecretsManager({ account, now }: SecretsManagerOptions): SecretsManager {
  const secrets = new Map<string, Secret>();

  function find(id: string): Secret | undefined {
    return secrets.get(id) ?? [...secrets.values()].find(({ arn }) => arn === id);
  }

  return {
    putSecret(name, value) {
      const arn = secrets.get(name)?.arn ?? `${arnOf(name, account)}-${randomBytes(3).toString('hex')}`;
      secrets.set(name, { arn, name, value, versionId: randomUUID(), createdAt: now() / 1000 });
      return arn;
    },
    scope: 'secretsmanager',
    operations: {
      GetSecretValue: operation(
        'GetSecretValue',
        z.strictObject({ SecretId: z.string() }),
        ({ SecretId }) => [{ action: 'secretsmanager:GetSecretValue', resource: find(SecretId)?.arn ?? arnOf(SecretId, account) }],
        ({ SecretId }) => {
          const secret = find(SecretId);
          if (secret === undefined) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
          const { arn, name, value, versionId, createdAt } = secret;
          return { ARN: arn, Name: name, SecretString: value, VersionId: versionId, VersionStages: ['AWSCURRENT'], CreatedDate: createdAt };
        },
      ),
    },
  };
}

/** ARN of a secret without the six characters that AWS appends, as a call for an unknown name is judged by IAM. */
function arnOf(id: string, account: AwsAccount): string {
  return id.startsWith('arn:') ? id : `arn:aws:secretsmanager:${account.region}:${account.id}:secret:${id}`;
}
