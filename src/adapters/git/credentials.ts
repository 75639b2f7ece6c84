import * as z from 'zod/mini';
import { ConfigurationError } from '../../domain/errors.ts';
import type { Secrets } from '../../ports/secrets.ts';

const Credentials = z.object({ username: z.string(), password: z.string() });

/** Basic credentials from the secret's JSON. @throws ConfigurationError that names the secret and shows nothing of it */
export async function readBasicAuthorization(secrets: Secrets, secret: string): Promise<string> {
  const credentials = Credentials.safeParse(parseJson(await secrets.read(secret)));
  if (!credentials.success) throw new ConfigurationError(`Secret ${secret} does not hold Git credentials; write it as {"username": "…", "password": "…"}.`);
  const { username, password } = credentials.data;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
