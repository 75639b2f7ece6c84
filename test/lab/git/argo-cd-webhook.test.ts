import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { addRepository } from '../../../lab/argocd/administration.ts';
import { createRepository, type GiteaRepository } from '../../../lab/git/gitea-repository.ts';
import { createUser, deleteUser, type GiteaCredentials } from '../../../lab/git/gitea-users.ts';
import { applyManifests, deleteManifests } from '../../../lab/kubernetes/manifests.ts';
import { openProcess } from '../../../lab/processes/processes.ts';
import { chartFiles } from '../../../sandbox/argocd/chart-renderer.ts';
import { administratorOf } from '../../support/lab/administrator.ts';
import { openLab } from '../../support/lab/open-lab.ts';
import { caseManifests } from '../contract/argo-cd-manifests.ts';

const lab = await openLab();
const NAME = `webhook-${randomUUID().slice(0, 8)}`;
const VALUES_FILE = 'envs/dev/values.yaml';
const administrator = administratorOf(lab.argocd);

let forge: GiteaRepository;
let reader: GiteaCredentials;
let manifests: string;

beforeAll(async () => {
  reader = await createUser(lab.gitea, NAME);
  const chart = Object.entries(chartFiles()).map(([path, text]) => [`charts/inference-service/${path}`, text] as const);
  forge = await createRepository(lab.gitea, NAME, { ...Object.fromEntries(chart), [VALUES_FILE]: values('1') });
  await forge.grant(reader.username, 'read');
  await addRepository(lab.argocd, { url: forge.url, ...reader });
  manifests = caseManifests({ name: NAME, repositoryUrl: forge.url }, { autoSync: true });
  await applyManifests(lab.kubernetes, manifests);
});
afterAll(async () => {
  await deleteManifests(lab.kubernetes, manifests);
  await forge.remove();
  await deleteUser(lab.gitea, reader.username);
});

it("is synced at once where the forge tells Argo CD's webhook of a push, and nobody asks for a refresh", async () => {
  await untilSynced(await forge.resolve('main'));
  await forge.tellOfPushes(`${lab.argocd.url}/api/webhook`);
  const pushed = await forge.commit({ message: 'Deploy 2', files: { [VALUES_FILE]: values('2') } });
  await untilSynced(pushed);
  // Nothing else that Argo CD does makes it say this.
  expect(await readFile(openProcess(lab.place, 'argocd-server').logFile, 'utf8')).toMatch(new RegExp(`Requested app '${NAME}' refresh`));
});

async function untilSynced(revision: string | null): Promise<void> {
  const operation = async () => (await administrator.application(NAME)).status?.operationState;
  await vi.waitFor(async () => expect(await operation()).toMatchObject({ phase: 'Succeeded', operation: { sync: { revision } } }), { timeout: 100_000, interval: 100 });
}

function values(tag: string): string {
  return `image:\n  repository: registry.example/inference-service\n  tag: "${tag}"\nreplicaCount: 1\n`;
}
