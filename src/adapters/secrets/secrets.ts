import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ConfigurationError } from '../../domain/errors.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { callAws } from '../aws/errors.ts';

/** How long a container keeps a secret: short enough that a rotated token is taken up without a deployment. */
const KEPT_FOR = 3 * 60_000;

export type SecretsOptions = {
  readonly client?: SecretsManagerClient;
  /** Epoch milliseconds. */
  readonly now?: () => number;
};

/** Secrets Manager, with a cache for each container that forgets failures. */
export function createSecrets({ client = new SecretsManagerClient({}), now = Date.now }: SecretsOptions = {}): Secrets {
  const cache = new Map<string, { readonly value: Promise<string>; readonly until: number }>();
  return {
    read(name) {
      const cached = cache.get(name);
      if (cached !== undefined && now() < cached.until) return cached.value;
      const value = fetchSecret(client, name);
      cache.set(name, { value, until: now() + KEPT_FOR });
      value.catch(() => cache.delete(name));
      return value;
    },
  };
}

async function fetchSecret(client: SecretsManagerClient, name: string): Promise<string> {
  const action = { doing: `read secret ${name}`, needs: 'secretsmanager:GetSecretValue', ifMissing: 'create it in Secrets Manager, or correct its name in slipway.yaml' };
  const { SecretString } = await callAws(action, () => client.send(new GetSecretValueCommand({ SecretId: name })));
  if (SecretString !== undefined) return SecretString;
  throw new ConfigurationError(`Secret ${name} holds binary data; store it as text.`);
}
