import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from './api-error.ts';

const claims = z.object({ iss: z.literal('argocd'), sub: z.string(), iat: z.number(), jti: z.string() });

export type Claims = z.infer<typeof claims>;

export type Sessions = {
  /** Token of a project role, as `POST /api/v1/projects/{project}/roles/{role}/token` makes one. */
  token(project: string, role: string): string;
  /** @throws ApiError 401, in Argo CD's words, for a missing, garbled or foreign token */
  authenticate(authorization: string | undefined): Claims;
};

/** Makes and checks JWTs (HS256) with a key of its own. */
export function createSessions(now: () => Date): Sessions {
  const key = randomBytes(32);
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  return {
    token(project, role) {
      const iat = Math.floor(now().getTime() / 1000);
      const text = [{ alg: 'HS256', typ: 'JWT' }, { iss: 'argocd', sub: `proj:${project}:${role}`, iat, nbf: iat, jti: randomUUID() }]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      return `${text}.${sign(text)}`;
    },
    authenticate(authorization) {
      const [header, payload, signature, ...rest] = (/^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '').split('.');
      const parsed = claims.safeParse(decode(payload));
      if (signature === undefined || rest.length > 0 || !parsed.success) throw new ApiError('Unauthenticated', 'no session information');
      const given = Buffer.from(signature);
      const expected = Buffer.from(sign(`${header}.${payload}`));
      if (given.length === expected.length && timingSafeEqual(given, expected)) return parsed.data;
      throw new ApiError('Unauthenticated', 'invalid session: token signature is invalid: signature is invalid');
    },
  };
}

function decode(payload: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
  } catch {
    return null;
  }
}
