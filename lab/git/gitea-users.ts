import { randomUUID } from 'node:crypto';
import { callGitea } from './gitea-api.ts';
import type { GiteaInstallation } from './start-gitea.ts';

/** Credentials as Slipway's secret holds them; a token takes the password's place. */
export type GiteaCredentials = { readonly username: string; readonly password: string };

/** Makes a user who may do nothing yet, with a token for repositories: to read them, or also to push where the user may. */
export async function createUser(gitea: GiteaInstallation, username: string, access: 'read' | 'write' = 'write'): Promise<GiteaCredentials> {
  const password = randomUUID();
  const user = { username, email: `${username}@forge.example`, password, must_change_password: false };
  await callGitea(gitea, { method: 'POST', path: '/admin/users', body: user });
  // The user's own password vouches for a token: no administrator makes one for somebody else.
  const body = { name: 'git', scopes: [`${access}:repository`] };
  const answer = await callGitea(gitea, { method: 'POST', path: `/users/${username}/tokens`, user: { username, password }, body });
  if (typeof answer !== 'object' || answer === null || !('sha1' in answer) || typeof answer.sha1 !== 'string') throw new Error(`Gitea named no token for ${username}.`);
  return { username, password: answer.sha1 };
}

export async function deleteUser(gitea: GiteaInstallation, username: string): Promise<void> {
  await callGitea(gitea, { method: 'DELETE', path: `/admin/users/${username}?purge=true` });
}
