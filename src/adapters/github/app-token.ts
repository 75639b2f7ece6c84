import { createSign } from 'node:crypto';
import * as z from 'zod/mini';
import { ConfigurationError, ForbiddenError, NotFoundError } from '../../domain/errors.ts';
import { statusError } from '../forge/answer-error.ts';
import { apiError, ask, type Forge, hostWords, readJson } from '../forge/forge.ts';
import type { HttpDownload } from '../http/http-client.ts';

/** A GitHub App, installed in the organization that has the repository. */
export type App = { readonly appId: string | number; readonly installationId: string | number; readonly privateKey: string };

export type InstallationToken = {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly until: number;
};

/** Clocks differ: a token made in the host's future would be refused, and so would one that lives for longer than ten minutes. */
const BACKDATED_S = 60;
const LIFETIME_S = 9 * 60;
const RENEWED_BEFORE_MS = 5 * 60_000;

/** A JSON Web Token by which an App proves who it is (RS256, RFC 7519). @throws ConfigurationError for a key that is none */
function appJwt({ appId, privateKey }: App, secret: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  const claims = { iat: seconds - BACKDATED_S, exp: seconds - BACKDATED_S + LIFETIME_S, iss: String(appId) };
  const signed = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${sign(signed, privateKey, secret)}`;
}

function sign(text: string, privateKey: string, secret: string): string {
  try {
    return createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url');
  } catch {
    throw new ConfigurationError(`Secret ${secret} holds a privateKey that cannot be read; put the whole PEM file of the GitHub App there, line ends as \\n.`);
  }
}

const Granted = z.object({ token: z.string(), expires_at: z.string() });

export type TokenRequest = { readonly app: App; readonly secret: string; readonly restPath: string; readonly repository: string; readonly now: number; readonly permissions: Readonly<Record<string, 'write'>> };

/** Asks for a token for that one repository and what is to be done there, no more. @throws SlipwayError when the App is not known or not installed there */
export async function fetchInstallationToken(asked: Omit<Forge, 'headers'>, { app, secret, restPath, repository, now, permissions }: TokenRequest): Promise<InstallationToken> {
  const forge: Forge = { ...asked, headers: async () => ({ authorization: `Bearer ${appJwt(app, secret, now)}` }) };
  const path = `${restPath}/app/installations/${encodeURIComponent(app.installationId)}/access_tokens`;
  const answer = await ask(forge, { method: 'POST', path, accept: 'application/vnd.github+json', json: { repositories: [repository], permissions }, readsOnly: true });
  if (answer.status !== 201) throw refusal(asked, { app, secret, permissions }, answer);
  const { token, expires_at } = readJson(asked, answer, Granted);
  return { token, until: Date.parse(expires_at) - RENEWED_BEFORE_MS };
}

/** 404 is said of the installation, 422 of the repository or of what is asked for. */
function refusal(asked: Omit<Forge, 'headers'>, { app: { appId, installationId }, secret, permissions }: Pick<TokenRequest, 'app' | 'secret' | 'permissions'>, answer: HttpDownload) {
  const { status, headers } = answer;
  const words = hostWords(answer);
  const wanted = Object.entries(permissions).map(([name, access]) => `${name}: ${access}`).join(', ');
  if (status === 422 && /permission/i.test(words)) return new ForbiddenError(`${asked.name}: the GitHub App ${appId} of secret ${secret} lacks a permission; grant its installation ${wanted} (HTTP 422: ${words}).`);
  if (status === 404) return new NotFoundError(`${asked.name}: the GitHub App ${appId} of secret ${secret} has no installation ${installationId}; install it where the repository is, and correct installationId (HTTP 404: ${words}).`);
  return status === 422 ? statusError(asked, 'read', { status: 404, headers, words }) : apiError(asked, 'read', answer);
}
