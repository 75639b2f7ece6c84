import { createServer } from 'node:https';
import type { BareRepository } from '../git/bare-repository.ts';
import { closeServer, listenOnLoopback } from '../loopback.ts';
import type { ServerCertificate } from '../tls.ts';
import { answerCall } from './api.ts';
import { type Application, createApplicationStore } from './application-store.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { createController } from './controller.ts';
import { parseManifests, type Project } from './manifests.ts';
import { rolePolicies } from './project-policy.ts';
import { createSessions, type TokenOptions } from './session.ts';
import { DEFAULT_DELAYS, type Delays, type SyncHook, type World } from './world.ts';

export type ArgoCdOptions = {
  /** YAML texts of Applications and AppProjects. */
  readonly manifests: readonly string[];
  /** Repositories by the URL that Applications name. */
  readonly repositories: Readonly<Record<string, BareRepository>>;
  readonly cluster: ClusterAccess;
  readonly certificate: ServerCertificate;
  readonly delays?: Partial<Delays>;
  /** The Job of an Application's next sync, if there is to be one. */
  readonly hook?: (application: string) => SyncHook | null;
  readonly now?: () => Date;
  /** Hears of failures of the stand-in itself; by default they end the process, as any unhandled error does. */
  readonly onFailure?: (error: unknown) => void;
};

export type ArgoCdServer = {
  readonly url: string;
  /** A token of a project's role. @throws when there is no such role */
  token(project: string, role: string, options?: TokenOptions): string;
  /** Takes back every token that the role has. */
  revokeTokens(project: string, role: string): void;
  application(name: string): Application | undefined;
  /** Deletes an Application, and not what it deployed. */
  deleteApplication(name: string): void;
  /** Cuts what is open and refuses connections until the result is called, as an API server that is restarted; the controller goes on. */
  interrupt(): () => void;
  stop(): Promise<void>;
};

/** Starts Argo CD's API and controller on a free loopback port; every Application has been compared once when it returns. */
export async function startArgoCd(options: ArgoCdOptions): Promise<ArgoCdServer> {
  const { now = () => new Date(), hook = () => null, onFailure = rethrow, certificate, cluster } = options;
  const stopping = new AbortController();
  const store = createApplicationStore(now);
  const projects = new Map<string, Project>();
  for (const manifest of options.manifests.flatMap(parseManifests)) {
    if (manifest.kind === 'Application') store.add(manifest);
    else projects.set(manifest.metadata.name, { name: manifest.metadata.name, spec: manifest.spec });
  }
  projects.forEach(rolePolicies); // refuses bad ones now rather than at the first call
  const repositories = new Map(Object.entries(options.repositories));
  const world: World = { store, projects, repositories, cluster, delays: { ...DEFAULT_DELAYS, ...options.delays }, hook, now, stopping: stopping.signal };
  const sessions = createSessions(now);
  const controller = createController(world, onFailure);
  const server = createServer({ cert: certificate.certPem, key: certificate.keyPem }, (request, response) => {
    answerCall({ world, sessions, controller }, request, response).catch(onFailure);
  });
  let isDown = false;
  server.on('connection', (socket) => void (isDown && socket.destroy()));
  const address = await listenOnLoopback(server);
  const unsubscribe = cluster.onChange(controller.liveObjectChanged);
  await Promise.all(store.all().map(({ metadata }) => controller.refresh(metadata.name)));
  return {
    url: `https://${address}`,
    token(project, role, options) {
      if (!projects.get(project)?.spec.roles?.some(({ name }) => name === role)) throw new Error(`AppProject ${project} has no role ${role}.`);
      return sessions.token(project, role, options);
    },
    revokeTokens: (project, role) => sessions.revoke(project, role),
    deleteApplication: (name) => controller.remove(name),
    application: (name) => store.get(name),
    interrupt() {
      isDown = true;
      server.closeAllConnections();
      return () => void (isDown = false);
    },
    async stop() {
      stopping.abort();
      unsubscribe();
      await closeServer(server);
    },
  };
}

function rethrow(error: unknown): never {
  throw error;
}
