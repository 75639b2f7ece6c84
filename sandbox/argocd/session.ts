import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from './api-error.ts';

const claims = z.object({ iss: z.literal('argocd'), sub: z.string(), iat: z.number(), exp: z.optional(z.number()), jti: z.string() });

export type Claims = z.infer<typeof claims>;

export type TokenOptions = {
  /** Seconds of its life; for ever when not given. */
  readonly expiresIn?: number;
};

export type Sessions = {
  /** Token of a project role, as `POST /api/v1/projects/{project}/roles/{role}/token` makes one. */
  token(project: string, role: string, options?: TokenOptions): string;
  /** Takes back every token that the role has. */
  revoke(project: string, role: string): void;
  /** @throws ApiError 401, in Argo CD's words, for a token that is missing, garbled, foreign, expired or taken back */
  authenticate(authorization: string | undefined): Claims;
};

/** Makes and checks JWTs (HS256) with a key of its own. */
export function createSessions(now: () => Date): Sessions {
  const key = randomBytes(32);
  const issued = new Map<string, string>(); // subjects by token id
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  return {
    token(project, role, { expiresIn } = {}) {
      const iat = Math.floor(now().getTime() / 1000);
      const [sub, jti] = [subjectOf(project, role), randomUUID()];
      issued.set(jti, sub);
      const text = [{ alg: 'HS256', typ: 'JWT' }, { iss: 'argocd', sub, iat, nbf: iat, ...(expiresIn === undefined ? {} : { exp: iat + expiresIn }), jti }]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      return `${text}.${sign(text)}`;
    },
    revoke(project, role) {
      for (const [id, subject] of issued) if (subject === subjectOf(project, role)) issued.delete(id);
    },
    authenticate(authorization) {
      const [header, payload, signature, ...rest] = (/^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '').split('.');
      const parsed = claims.safeParse(decode(payload));
      if (signature === undefined || rest.length > 0 || !parsed.success) throw new ApiError('Unauthenticated', 'no session information');
      const given = Buffer.from(signature);
      const expected = Buffer.from(sign(`${header}.${payload}`));
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw invalidSession('token signature is invalid: signature is invalid');
      const { sub, iat, exp = Infinity, jti } = parsed.data;
      if (now().getTime() >= exp * 1000) throw invalidSession('token has invalid claims: token is expired');
      const [, project, role] = sub.split(':');
      if (!issued.has(jti)) throw invalidSession(`JWT token for role '${role}' issued at '${iat}' does not exist in project '${project}'`);
      return parsed.data;
    },
  };
}

function subjectOf(project: string, role: string): string {
  return `proj:${project}:${role}`;
}

function invalidSession(reason: string): ApiError {
  return new ApiError('Unauthenticated', `invalid session: ${reason}`);
}

function decode(payload: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
  } catch {
    return null;
  }
}
