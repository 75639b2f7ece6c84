import * as z from 'zod/mini';
import { ConfigurationError } from '../../domain/errors.ts';
import { parseJson } from '../forge/forge.ts';

const Token = z.strictObject({ token: z.string().check(z.minLength(1)) });
const Id = z.union([z.string().check(z.minLength(1)), z.number()]);
const App = z.strictObject({ appId: Id, installationId: Id, privateKey: z.string().check(z.includes('PRIVATE KEY')) });

/** A personal access token, or a GitHub App installed where the repository is. */
export type GitHubCredentials = z.output<typeof Token> | z.output<typeof App>;

/** @throws ConfigurationError that names the secret and shows nothing of it */
export function parseGitHubCredentials(secret: string, text: string): GitHubCredentials {
  const parsed = z.union([Token, App]).safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(`Secret ${secret} does not hold GitHub credentials; write it as {"token": "…"}, or for a GitHub App as {"appId": "…", "installationId": "…", "privateKey": "-----BEGIN …"}.`);
}
