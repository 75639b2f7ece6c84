import type { GiteaInstallation } from './start-gitea.ts';

export type GiteaCall = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`. */
  readonly path: string;
  readonly body?: unknown;
  /** Whose call it is; the administrator's by default. */
  readonly user?: { readonly username: string; readonly password: string };
};

/** One call of Gitea's API; the answer's JSON. @throws Error with Gitea's words for every answer that is no success */
export async function callGitea(gitea: GiteaInstallation, { method = 'GET', path, body, user }: GiteaCall): Promise<unknown> {
  const authorization = user === undefined ? `token ${gitea.token}` : basicAuthorization(user.username, user.password);
  const response = await fetch(`${gitea.url}/api/v1${path}`, {
    method,
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Gitea answered ${method} ${path} with ${response.status}: ${text.slice(0, 500)}`);
  return text === '' ? null : JSON.parse(text);
}

export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
