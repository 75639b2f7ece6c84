import { CoreV1Api, CustomObjectsApi, type KubeConfig, setHeaderOptions, Watch } from '@kubernetes/client-node';
import { vi } from 'vitest';
import { logIn } from '../../../lab/argocd/administration.ts';
import { type ArgoCdInstallation, NAMESPACE } from '../../../lab/argocd/installation.ts';
import { kubeConfigOf } from '../../../lab/kubernetes/kube-config.ts';

/** What the cases read of an Application as Argo CD keeps it. */
export type ApplicationObject = { readonly status?: { readonly history?: readonly unknown[]; readonly operationState?: OperationState } };

type OperationState = {
  readonly phase: string;
  readonly message?: string;
  readonly startedAt: string;
  readonly retryCount?: number;
  readonly operation: { readonly initiatedBy?: { readonly username?: string; readonly automated?: boolean }; readonly sync?: { readonly revision?: string } };
};

/** An operation as it was seen last. */
export type SeenOperation = { readonly phase: string; readonly message: string; readonly by: string };

/** Operations of one Application as they are seen. */
export type Operations = { stop(): Promise<readonly SeenOperation[]> };

/** What people with all rights do to the lab's Argo CD, besides Slipway and behind its back. */
export type Administrator = {
  application(name: string): Promise<ApplicationObject>;
  /** Merges into an Application. */
  patchApplication(name: string, patch: object): Promise<void>;
  /** Lets an AppProject deploy from one repository more. */
  addSource(project: string, url: string): Promise<void>;
  /** Merges into argocd-cm, which Argo CD reads at once. */
  configure(data: Readonly<Record<string, string | null>>): Promise<void>;
  /** Denies all syncs of an Application of the project, by hand or not, for the better part of an hour. */
  closeWindow(project: string, application: string): Promise<void>;
  /** Lets an Application of the project sync within one hour of each day alone, which begins at the minute of a time. */
  allowOnlyFrom(begins: Date, project: string, application: string): Promise<void>;
  /** Takes away what `closeWindow` or `allowOnlyFrom` has made. */
  openWindow(project: string, application: string): Promise<void>;
  sync(name: string): Promise<void>;
  /** Keeps each operation of the Application that begins from now on; `stop` waits for the end of the last one and gives them, oldest first. */
  operations(name: string): Promise<Operations>;
  terminate(name: string): Promise<void>;
};

const PATIENCE_MS = 60_000;

function refuseRunning(application: ApplicationObject): ApplicationObject {
  if (operationOf(application)?.operation.phase === 'Running') throw new Error('The last operation of the Application has not ended.');
  return application;
}

const MERGE = setHeaderOptions('Content-Type', 'application/merge-patch+json');

export function administratorOf(argocd: ArgoCdInstallation): Administrator {
  const config = kubeConfigOf(argocd.controlPlane);
  const [objects, core] = [config.makeApiClient(CustomObjectsApi), config.makeApiClient(CoreV1Api)];
  const kind = (plural: string, name: string) => ({ group: 'argoproj.io', version: 'v1alpha1', namespace: NAMESPACE, plural, name });
  const readApplication = async (name: string) => (await objects.getNamespacedCustomObject(kind('applications', name))) as ApplicationObject;
  const windows = new Map<string, object>();
  let changing: Promise<unknown> = Promise.resolve();
  /** One after another, so that the last change is the last one there. */
  function writeWindows(project: string): Promise<void> {
    const changed = changing.then(async () => {
      const body = { spec: { syncWindows: windows.size === 0 ? null : [...windows.values()] } };
      await objects.patchNamespacedCustomObject({ ...kind('appprojects', project), body }, MERGE);
    });
    changing = changed.catch(() => undefined);
    return changed;
  }
  return {
    closeWindow(project, application) {
      // It began ten minutes ago, so that its end can be told.
      windows.set(application, hourFrom(new Date(Date.now() - 600_000), 'deny', application));
      return writeWindows(project);
    },
    allowOnlyFrom(begins, project, application) {
      windows.set(application, hourFrom(begins, 'allow', application));
      return writeWindows(project);
    },
    openWindow(project, application) {
      windows.delete(application);
      return writeWindows(project);
    },
    application: readApplication,
    async patchApplication(name, body) {
      await objects.patchNamespacedCustomObject({ ...kind('applications', name), body }, MERGE);
    },
    async addSource(project, url) {
      const body = [{ op: 'add', path: '/spec/sourceRepos/-', value: url }];
      await objects.patchNamespacedCustomObject({ ...kind('appprojects', project), body }, setHeaderOptions('Content-Type', 'application/json-patch+json'));
    },
    async configure(data) {
      await core.patchNamespacedConfigMap({ name: 'argocd-cm', namespace: NAMESPACE, body: { data } }, MERGE);
    },
    async sync(name) {
      await (await logIn(argocd)).call('POST', `/api/v1/applications/${name}/sync`);
    },
    async operations(name) {
      const before = operationOf(await readApplication(name));
      const seen = new Map<string, SeenOperation>();
      const keep = (application: ApplicationObject): void => {
        const shown = operationOf(application);
        if (shown !== null && shown.key !== before?.key) seen.set(shown.key, shown.operation);
      };
      const stopping = new AbortController();
      await followApplication(config, name, keep, stopping.signal);
      return {
        async stop() {
          // Pods may be Ready a moment before the operation that brought them has ended.
          const last = await vi.waitFor(() => readApplication(name).then(refuseRunning), { timeout: PATIENCE_MS, interval: 100 });
          stopping.abort();
          keep(last);
          return [...seen.values()];
        },
      };
    },
    async terminate(name) {
      await (await logIn(argocd)).call('DELETE', `/api/v1/applications/${name}/operation`);
    },
  };
}

/** Until the signal aborts: the client gives a watch up after half a minute without news. */
async function followApplication(config: KubeConfig, name: string, keep: (application: ApplicationObject) => void, stopping: AbortSignal): Promise<void> {
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/applications`;
  const closed = (): void => {
    if (!stopping.aborted) followApplication(config, name, keep, stopping).catch(() => undefined);
  };
  const controller = await new Watch(config).watch(path, { fieldSelector: `metadata.name=${name}` }, (_type, application: ApplicationObject) => keep(application), closed);
  stopping.addEventListener('abort', () => controller.abort());
}

/** What the Application shows, and what tells it from its other operations. */
function operationOf({ status }: ApplicationObject): { readonly key: string; readonly operation: SeenOperation } | null {
  if (status?.operationState === undefined) return null;
  const { phase, message = '', startedAt, operation } = status.operationState;
  const { automated, username = '' } = operation.initiatedBy ?? {};
  return { key: `${startedAt} ${operation.sync?.revision}`, operation: { phase, message, by: automated === true ? 'auto-sync' : username } };
}

/** An hour of each day. */
function hourFrom(begins: Date, kind: 'allow' | 'deny', application: string): object {
  return { kind, schedule: `${begins.getUTCMinutes()} ${begins.getUTCHours()} * * *`, duration: '1h', applications: [application], manualSync: false };
}
