import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { commandOf, type Tools } from '../../lab/build/build-tools.ts';
import { applyManifests } from '../../lab/kubernetes/manifests.ts';
import type { ControlPlane } from '../../lab/kubernetes/start-control-plane.ts';
import { freePort } from '../../lab/processes/free-port.ts';
import { startProcess } from '../../lab/processes/processes.ts';
import { untilReady } from '../../lab/processes/until-ready.ts';
import type { Image } from '../../sandbox/scenarios/image.ts';
import { REGISTRY } from '../../sandbox/world.ts';
import type { Mode } from './options.ts';

/** The peer: Argo CD Image Updater, built from its own module. */
export type ImageUpdater = {
  /** Tells it of a push as EventBridge would tell it of ECR's event: in the form of its CloudEvents webhook. */
  tell(repository: string, image: Image): Promise<void>;
  stop(): Promise<void>;
};

export type ImageUpdaterOptions = { readonly place: string; readonly tools: Tools; readonly kubernetes: ControlPlane; readonly registryUrl: string; readonly mode: Mode };

const HOST = '127.0.0.1';

/** Starts it with the settings that it has when installed, but for addresses; `best` opens its webhook. */
export async function startImageUpdater({ place, tools, kubernetes, registryUrl, mode }: ImageUpdaterOptions): Promise<ImageUpdater> {
  await applyManifests(kubernetes, await readFile(join(tools['image-updater'], 'share', 'crds', 'imageupdaters.yaml'), 'utf8'));
  const registries = join(place, 'registries.yaml');
  await writeFile(registries, stringify({ registries: [{ name: 'ecr', prefix: REGISTRY, api_url: registryUrl, ping: true, default: true }] }));
  const [probe, webhook] = [await freePort(), await freePort()];
  const listening = mode === 'best' ? ['--enable-webhook', '--webhook-port', `${webhook}`, '--disable-tls', '--webhook-require-secret=false'] : [];
  const own = ['--health-probe-bind-address', `${HOST}:${probe}`, '--registries-conf-path', registries, '--git-commit-message-path', '', '--leader-election=false'];
  const args = ['run', '--kubeconfig', kubernetes.kubeconfig, '--argocd-namespace', 'argocd', '--watch-namespaces', 'argocd', ...own, ...listening];
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: place, KUBECONFIG: kubernetes.kubeconfig, GIT_CONFIG_NOSYSTEM: '1' };
  const ports = mode === 'best' ? [probe, webhook] : [probe];
  const running = await startProcess(place, { name: 'argocd-image-updater', command: commandOf(tools, 'argocd-image-updater'), args, env, ports });
  await untilReady(running, async () => (await fetch(`http://${HOST}:${probe}/readyz`)).ok);
  return {
    tell: (repository, image) => tellOfPush(`http://${HOST}:${webhook}/webhook?type=cloudevents`, repository, image),
    stop: () => running.stop(),
  };
}

async function tellOfPush(url: string, repository: string, { tag, digest }: Image): Promise<void> {
  const [account = '', , , region = ''] = REGISTRY.split('.');
  const event = {
    specversion: '1.0',
    id: crypto.randomUUID(),
    type: 'com.amazon.ecr.image.push',
    source: `urn:aws:ecr:${region}:${account}:repository/${repository}`,
    subject: `${repository}:${tag}`,
    datacontenttype: 'application/json',
    data: { repositoryName: repository, imageTag: tag, imageDigest: digest, registryId: account },
  };
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) });
  if (!answer.ok) throw new Error(`Image Updater answered ${answer.status} to the event of a push: ${await answer.text()}`);
}
