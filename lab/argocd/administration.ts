import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { createHttpClient } from '../../src/adapters/http/http-client.ts';
import { applyManifests } from '../kubernetes/manifests.ts';
import type { ControlPlane } from '../kubernetes/start-control-plane.ts';
import { typedSecret } from './configuration.ts';
import type { ArgoCdInstallation } from './installation.ts';

/** What an administrator does over the API. */
export type Administrator = { call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> };

const sessions = new Map<string, Promise<Administrator>>();

/** Logs in as `admin`, once for all calls of this process: each login costs Argo CD a slow hash, and a session lasts for a day. */
export function logIn(argocd: ArgoCdInstallation): Promise<Administrator> {
  const { url, adminPassword } = argocd;
  const key = JSON.stringify([url, adminPassword]);
  const session = sessions.get(key) ?? openSession(argocd);
  sessions.set(key, session);
  session.catch(() => sessions.delete(key));
  return session;
}

async function openSession({ url, caPem, adminPassword }: ArgoCdInstallation): Promise<Administrator> {
  const http = createHttpClient({ name: `Argo CD at ${url}`, url, caBundle: caPem });
  const call = async (method: 'GET' | 'POST' | 'DELETE', path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    // A DELETE has none: Node would send it without its length, and the server would read it as the next request.
    const sent = method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {};
    const answer = await http.send({ method, path, headers: { 'content-type': 'application/json', ...headers }, ...sent });
    if (answer.status !== 200) throw new Error(`Argo CD of the lab refused ${method} ${path} with HTTP ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body);
  };
  const { token } = (await call('POST', '/api/v1/session', { username: 'admin', password: adminPassword })) as { token: string };
  return { call: (method, path, body) => call(method, path, body, { authorization: `Bearer ${token}` }) };
}

export type RoleTokenOptions = {
  /** Seconds of its life; for ever when not given. */
  readonly expiresIn?: number;
};

/** A token of a project's role, for a client as Slipway. */
export async function projectToken(argocd: ArgoCdInstallation, project: string, role: string, { expiresIn = 0 }: RoleTokenOptions = {}): Promise<string> {
  const administrator = await logIn(argocd);
  const { token } = (await administrator.call('POST', `${rolePath(project, role)}/token`, { expiresIn })) as { token: string };
  return token;
}

/** Takes back every token that the role has. */
export async function revokeProjectTokens(argocd: ArgoCdInstallation, project: string, role: string): Promise<void> {
  const administrator = await logIn(argocd);
  const { status } = (await administrator.call('GET', `/api/v1/projects/${project}`)) as { status?: { jwtTokensByRole?: Record<string, { items?: { iat: number }[] }> } };
  for (const { iat } of status?.jwtTokensByRole?.[role]?.items ?? []) await administrator.call('DELETE', `${rolePath(project, role)}/token/${iat}`);
}

function rolePath(project: string, role: string): string {
  return `/api/v1/projects/${project}/roles/${role}`;
}

/** Deletes an Application; with `cascade` also what it deployed. */
export async function deleteApplication(argocd: ArgoCdInstallation, name: string, { cascade }: { readonly cascade: boolean }): Promise<void> {
  const administrator = await logIn(argocd);
  await administrator.call('DELETE', `/api/v1/applications/${name}?cascade=${cascade}`);
}

export type RepositoryAccess = { readonly url: string; readonly username: string; readonly password: string };

/** Gives Argo CD the credential of a Git repository. */
export async function addRepository({ controlPlane }: ArgoCdInstallation, { url, username, password }: RepositoryAccess): Promise<void> {
  const name = `repository-${createHash('sha256').update(url).digest('hex').slice(0, 12)}`;
  await applyManifests(controlPlane, stringify(typedSecret('repository', name, { type: 'git', url, username, password })));
}

/** Lets Applications deploy to another cluster, by its name or its URL. */
export async function addCluster(argocd: ArgoCdInstallation, { name, controlPlane }: { readonly name: string; readonly controlPlane: ControlPlane }): Promise<void> {
  const { url, caPem, administratorToken } = controlPlane;
  const config = JSON.stringify({ bearerToken: administratorToken, tlsClientConfig: { caData: Buffer.from(caPem).toString('base64') } });
  await applyManifests(argocd.controlPlane, stringify(typedSecret('cluster', `cluster-${name}`, { name, server: url, config })));
}
