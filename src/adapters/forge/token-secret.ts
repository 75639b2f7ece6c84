import * as z from 'zod/mini';
import { ConfigurationError } from '../../domain/errors.ts';
import { parseJson } from './forge.ts';

const Token = z.strictObject({ token: z.string().check(z.minLength(1)) });

/** @throws ConfigurationError that names the secret and shows nothing of it */
export function parseTokenSecret(secret: string, text: string): string {
  const parsed = Token.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.token;
  throw new ConfigurationError(`Secret ${secret} does not hold an access token; write it as {"token": "…"}.`);
}
