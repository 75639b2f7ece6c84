import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiException, KubernetesObjectApi, PatchStrategy } from '@kubernetes/client-node';
import { addRepository, deleteApplication, projectToken, revokeProjectTokens } from '../../../lab/argocd/administration.ts';
import type { ArgoCdInstallation } from '../../../lab/argocd/start-argocd.ts';
import { kubeConfigOf } from '../../../lab/kubernetes/kube-config.ts';
import { applyManifests } from '../../../lab/kubernetes/manifests.ts';
import { chartFiles } from '../../../sandbox/argocd/chart-renderer.ts';
import { createBareRepository } from '../../../sandbox/git/bare-repository.ts';
import { type GitServer, startGitServer } from '../../../sandbox/git/start-git-server.ts';
import { createOpenArgoCd } from '../../../src/adapters/argocd/argo-cd.ts';
import { createMemorySecrets } from '../../../src/adapters/memory/secrets.ts';
import type { ArgoCd } from '../../../src/ports/argo-cd.ts';
import { openCutConnection } from '../../contract/argo-cd-connection.ts';
import type { WireWorld } from '../../contract/argo-cd-wire.contract.ts';
import type { ArgoCdWorld, OtherToken } from '../../contract/argo-cd-world.contract.ts';
import { caseManifests, hookTemplate, type RealWorldOptions } from './argo-cd-manifests.ts';

const VALUES_FILE = 'envs/dev/values.yaml';
const FINALIZER = 'contract.slipway.example/held';

/** Worlds on one real Argo CD, each with names of its own. */
export type ArgoCdWorlds = {
  start(options: RealWorldOptions): Promise<WireWorld>;
  /** Waits until everything that was made for the worlds is deleted. */
  stop(): Promise<void>;
};

type Ground = { readonly argocd: ArgoCdInstallation; readonly git: GitServer; readonly root: string; readonly password: string; readonly cleaning: Promise<void>[] };

export async function createArgoCdWorlds(argocd: ArgoCdInstallation): Promise<ArgoCdWorlds> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-argocd-'));
  const password = randomBytes(12).toString('hex');
  const git = await startGitServer({ root, credentials: [{ username: 'argocd', password, access: 'read' }] });
  const ground: Ground = { argocd, git, root, password, cleaning: [] };
  return {
    start: (options) => startWorld(ground, options),
    async stop() {
      await Promise.all(ground.cleaning);
      await git.stop();
      await rm(root, { recursive: true });
    },
  };
}

async function startWorld({ argocd, git, root, password, cleaning }: Ground, options: RealWorldOptions): Promise<WireWorld> {
  const name = `contract-${randomBytes(4).toString('hex')}`;
  const repositoryUrl = git.repositoryUrl(name);
  const chart = { ...chartFiles(), ...(options.hook === undefined ? {} : { 'templates/smoke.yaml': hookTemplate(options.hook) }) };
  const files = Object.fromEntries(Object.entries(chart).map(([path, text]) => [`charts/inference-service/${path}`, text]));
  const repository = await createBareRepository(join(root, `${name}.git`), { ...files, [VALUES_FILE]: values('1') });
  await addRepository(argocd, { url: repositoryUrl, username: 'argocd', password });
  await applyManifests(argocd.controlPlane, caseManifests({ name, repositoryUrl }, options));
  const connection = await openCutConnection(argocd.url);
  const open = (token: string): Promise<ArgoCd> => openAt(connection.url, argocd.caPem, token);
  const ref = { name, project: name };
  const token = await untilAnswered(() => projectToken(argocd, name, 'slipway'));
  const client = await open(token);
  await untilAnswered(() => client.application(ref, 'normal'));
  if (options.deleting === true) await holdInDeletion(argocd, name);
  return {
    ref,
    argocd: client,
    url: argocd.url,
    caPem: argocd.caPem,
    token,
    tokenOf: async (kind) => {
      const other = await tokenOf(argocd, name, kind);
      await untilKnown(await open(other), kind, ref);
      return other;
    },
    openWith: async (kind) => {
      const other = await open(await tokenOf(argocd, name, kind));
      await untilKnown(other, kind, ref);
      return other;
    },
    commitTag: (tag) => repository.commit({ message: `Deploy ${tag}`, files: { [VALUES_FILE]: values(tag) } }),
    commitNonsense: () => repository.commit({ message: 'Nonsense', files: { [VALUES_FILE]: 'image: [\n' } }),
    deleteApplication: () => deleteApplication(argocd, name, { cascade: false }),
    connection,
    async stop() {
      await connection.close();
      cleaning.push(cleanUp(argocd, name));
    },
  };
}

function openAt(url: string, caBundle: string, token: string): Promise<ArgoCd> {
  return createOpenArgoCd({ secrets: createMemorySecrets({ 'slipway/argocd': JSON.stringify({ token }) }) })({ url, token: 'slipway/argocd', caBundle });
}

async function tokenOf(argocd: ArgoCdInstallation, project: string, kind: OtherToken): Promise<string> {
  if (kind === 'reader' || kind === 'nobody') return projectToken(argocd, project, kind);
  if (kind === 'expired') return projectToken(argocd, project, 'former', { expiresIn: 1 });
  const token = await projectToken(argocd, project, 'former');
  if (kind === 'revoked') await revokeProjectTokens(argocd, project, 'former');
  return kind === 'forged' ? `${token.slice(0, token.lastIndexOf('.'))}.AAAA` : token;
}

/** A new token is accepted, and one that ends is refused, as soon as the server's cache has the project as it is now. */
async function untilKnown(argocd: ArgoCd, kind: OtherToken, ref: ArgoCdWorld['ref']): Promise<void> {
  const accepted = () => argocd.application(ref).then(() => true, () => false);
  if (kind === 'reader') while (!(await accepted())) await delay(20);
  if (kind === 'expired' || kind === 'revoked') while (await accepted()) await delay(20);
  if (kind === 'nobody') await untilForbidden(argocd, ref);
}

async function untilForbidden(argocd: ArgoCd, ref: ArgoCdWorld['ref']): Promise<void> {
  const failure = () => argocd.application(ref).then(() => '', (error: unknown) => (error instanceof Error ? error.name : ''));
  while ((await failure()) === 'UnauthorizedError') await delay(20);
}

/** The server's caches lag behind what was applied. */
async function untilAnswered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt >= 100) throw error;
      await delay(50);
    }
  }
}

function values(tag: string): string {
  return `# Written by Slipway\nimage:\n  repository: registry.example/inference-service\n  tag: "${tag}"\nreplicaCount: 1\n`;
}

function objectsOf(name: string) {
  const argoproj = { apiVersion: 'argoproj.io/v1alpha1', metadata: { name, namespace: 'argocd' } };
  return {
    application: { ...argoproj, kind: 'Application' },
    project: { ...argoproj, kind: 'AppProject' },
    hook: { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'smoke', namespace: name } },
    namespace: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
  };
}

/** Deleted, and kept by a finalizer of nobody's. */
async function holdInDeletion({ controlPlane }: ArgoCdInstallation, name: string): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(kubeConfigOf(controlPlane));
  const { application } = objectsOf(name);
  await setFinalizers(api, application, [FINALIZER]);
  await api.delete(application);
}

type KubernetesName = { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string; readonly namespace?: string } };

async function setFinalizers(api: KubernetesObjectApi, object: KubernetesName, finalizers: string[]): Promise<void> {
  await unlessMissing(api.patch({ ...object, metadata: { ...object.metadata, finalizers } }, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch));
}

/** A hook whose operation was cut short keeps Argo CD's finalizer, and with it the namespace. */
async function cleanUp({ controlPlane }: ArgoCdInstallation, name: string): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(kubeConfigOf(controlPlane));
  const { application, project, hook, namespace } = objectsOf(name);
  await setFinalizers(api, application, []);
  await unlessMissing(api.delete(application));
  await unlessMissing(api.delete(project));
  await unlessMissing(api.delete(namespace));
  do await setFinalizers(api, hook, []);
  while ((await unlessMissing(api.read(namespace))) !== null && (await delay(200, true)));
}

async function unlessMissing<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
  return answer.catch((error: unknown) => {
    if (error instanceof ApiException && error.code === 404) return null;
    throw error;
  });
}
