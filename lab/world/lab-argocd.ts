import { setTimeout as delay } from 'node:timers/promises';
import { CustomObjectsApi, setHeaderOptions, Watch } from '@kubernetes/client-node';
import { sampleManifests } from '../../sandbox/argocd/manifests.ts';
import type { Foundation, Stops } from '../../sandbox/foundation.ts';
import type { ScenarioWorld } from '../../sandbox/scenarios/scenario-world.ts';
import { addRepository, logIn, projectToken } from '../argocd/administration.ts';
import { type ArgoCdInstallation, NAMESPACE } from '../argocd/installation.ts';
import { kubeConfigOf } from '../kubernetes/kube-config.ts';
import { applyManifests, deleteManifests } from '../kubernetes/manifests.ts';
import { APPLICATIONS } from './applications.ts';
import { hookJob } from './hook-job.ts';
import { createInterruption } from './interruption.ts';

export const PROJECT = 'inference';

/** Changes the AppProject, or the Applications. */
export type EditManifest = (yaml: string) => string;

/** Makes the sandbox's AppProject, and lets Argo CD read its repository. */
export async function openLabArgoCd(installation: ArgoCdInstallation, git: Foundation['git'], edit: EditManifest, stops: Stops): Promise<ScenarioWorld['argocd']> {
  const { controlPlane, url } = installation;
  const repoUrl = git.repositoryUrl('config');
  const project = edit(sampleManifests(repoUrl)[0] ?? '');
  const { interrupt, over } = createInterruption(installation);
  stops.push(() => deleteManifests(controlPlane, project), () => removeRepository(installation, repoUrl), over);
  await Promise.all([applyManifests(controlPlane, project), addRepository(installation, { url: repoUrl, ...git.credential })]);
  const tokens = new Map<string, Promise<string>>();
  const syncs = hearSyncs(installation);
  stops.push(async () => syncs.stop());
  return {
    url,
    interrupt,
    onSync: (hear) => syncs.onSync(hear),
    token(project, role) {
      const key = `${project}/${role}`;
      const token = tokens.get(key) ?? projectToken(installation, project, role);
      tokens.set(key, token);
      return token;
    },
    async addHook(hook) {
      await allowJobs(installation);
      await git.repository.commit({ message: `Add the hook ${hook.name}`, files: { [`charts/inference-service/templates/${hook.name}.yaml`]: hookJob(hook) } });
    },
  };
}

/** Makes the sandbox's Applications, as a scenario wants them. */
export async function deployApplications({ controlPlane }: ArgoCdInstallation, repoUrl: string, edit: EditManifest, stops: Stops): Promise<void> {
  const applications = edit(sampleManifests(repoUrl)[1] ?? '');
  stops.push(() => deleteManifests(controlPlane, applications));
  await applyManifests(controlPlane, applications);
}

async function removeRepository(installation: ArgoCdInstallation, url: string): Promise<void> {
  const administrator = await logIn(installation);
  await administrator.call('DELETE', `/api/v1/repositories/${encodeURIComponent(url)}`);
}

/** The AppProject of `argocd/` names what the chart renders, and a hook is one kind more. */
async function allowJobs({ controlPlane }: ArgoCdInstallation): Promise<void> {
  const api = kubeConfigOf(controlPlane).makeApiClient(CustomObjectsApi);
  const body = [{ op: 'add', path: '/spec/namespaceResourceWhitelist/-', value: { group: 'batch', kind: 'Job' } }];
  const project = { ...APPLICATIONS, plural: 'appprojects', name: PROJECT };
  await api.patchNamespacedCustomObject({ ...project, body }, setHeaderOptions('Content-Type', 'application/json-patch+json'));
}

type SyncingApplication = { readonly metadata: { readonly name: string }; readonly status?: { readonly operationState?: { readonly phase?: string; readonly startedAt?: string } } };

/**
 * Hears of each operation as the controller begins it. The client ends a watch that was silent for half a minute, so it is opened again;
 * each begins with the Applications as they are, and what began before it is heard of once.
 */
function hearSyncs({ controlPlane }: ArgoCdInstallation): Pick<ScenarioWorld['argocd'], 'onSync'> & { stop(): void } {
  const stopping = new AbortController();
  return {
    onSync(hear) {
      const begun = new Set<string>();
      const seen = (_type: string, { metadata, status }: SyncingApplication): void => {
        const { phase, startedAt = '' } = status?.operationState ?? {};
        const operation = `${metadata.name} ${startedAt}`;
        if (phase !== 'Running' || begun.has(operation)) return;
        begun.add(operation);
        hear(metadata.name);
      };
      void watchAgain(new Watch(kubeConfigOf(controlPlane)), seen, stopping.signal);
    },
    stop: () => stopping.abort(),
  };
}

const REOPEN_AFTER_MS = 100;

async function watchAgain(watch: Watch, seen: (type: string, application: SyncingApplication) => void, stopping: AbortSignal): Promise<void> {
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/applications`;
  while (!stopping.aborted) {
    const ended = Promise.withResolvers<void>();
    const opened = await watch.watch(path, {}, seen, () => ended.resolve()).catch(() => null);
    const abort = (): void => opened?.abort();
    stopping.addEventListener('abort', abort, { once: true });
    if (stopping.aborted) abort();
    // An API server that is away answers again soon.
    if (opened === null) ended.resolve();
    await ended.promise;
    stopping.removeEventListener('abort', abort);
    await delay(REOPEN_AFTER_MS, undefined, { signal: stopping }).catch(() => undefined);
  }
}
