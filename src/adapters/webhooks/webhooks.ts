import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secrets } from '../../ports/secrets.ts';
import type { Webhooks } from '../../ports/webhooks.ts';
import { parseTokenSecret } from '../forge/token-secret.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Webhooks that are signed with the secret of that name, `{"token": …}`.
 *
 * @param name empty for a stack that takes none
 */
export function createWebhooks(secrets: Secrets, name: string): Webhooks {
  return {
    async isGenuine(headers, body) {
      if (name === '' || !isSigned(headers)) return false;
      return isSignedWith(parseTokenSecret(name, await secrets.read(name)), headers, body);
    },
  };
}

/** Whoever sends no signature at all makes nobody read a secret. */
function isSigned(headers: Headers): boolean {
  return ['x-hub-signature-256', 'x-gitea-signature', 'webhook-signature', 'x-gitlab-token'].some((name) => headers[name] !== undefined);
}

/** Every comparison takes the same time, whatever was sent. */
export function isSignedWith(secret: string, headers: Headers, body: Uint8Array): boolean {
  const hmac = createHmac('sha256', secret).update(body).digest('hex');
  const expected: readonly (readonly [header: string, value: string])[] = [
    // GitHub, and Gitea, which sends both.
    ['x-hub-signature-256', `sha256=${hmac}`],
    ['x-gitea-signature', hmac],
    ['x-gitlab-token', secret],
    ...standardSignature(secret, headers, body),
  ];
  return expected.some(([header, value]) => isEqual(headers[header] ?? '', value));
}

/** GitLab's signing token: the scheme of Standard Webhooks, whose key is what follows `whsec_` in base64. */
function standardSignature(secret: string, headers: Headers, body: Uint8Array): readonly (readonly [string, string])[] {
  const [, key] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const { 'webhook-id': id, 'webhook-timestamp': timestamp } = headers;
  if (key === undefined || id === undefined || timestamp === undefined) return [];
  const signed = createHmac('sha256', Buffer.from(key, 'base64')).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return [['webhook-signature', `v1,${signed}`]];
}

/** Digests are compared, since values of different length can't be. */
function isEqual(given: string, expected: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
