import { closeServer, listenOnLoopback } from '../loopback.ts';
import { type CertificateAuthority, createCertificateAuthority, issueServerCertificate } from '../tls.ts';
import { type ApiOptions, createApiServer } from './api/server.ts';
import type { Apply } from './apply.ts';
import { type Clock, stoppable, systemClock } from './clock.ts';
import { type ClusterOptions, startCluster } from './cluster.ts';
import { createAuthorizer } from './rbac.ts';
import type { Store } from './store.ts';

export type KubernetesOptions = ClusterOptions & {
  readonly authenticate: ApiOptions['authenticate'];
  /** Role, ClusterRole, RoleBinding and ClusterRoleBinding objects, as parsed from YAML. */
  readonly rbac: readonly unknown[];
  readonly clock?: Clock;
  /** Signs the server's certificate; one is made when absent. */
  readonly authority?: CertificateAuthority;
};

export type Kubernetes = {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** Certificate of the authority that signed the server's. */
  readonly caPem: string;
  readonly store: Store;
  readonly apply: Apply;
  /** Cuts the open connections, watches among them. */
  readonly dropConnections: () => void;
  /** Cuts the open connections, and refuses everybody for a moment: a server that starts has not read its roles yet. */
  readonly restart: () => void;
  readonly stop: () => Promise<void>;
};

/** Milliseconds. */
const READING_ROLES = 300;

/** A cluster with one node and its API server on loopback. */
export async function startKubernetes(options: KubernetesOptions): Promise<Kubernetes> {
  const { clock, stop: stopTimers } = stoppable(options.clock ?? systemClock);
  const { store, apply, logs } = startCluster(clock, options);
  const authority = options.authority ?? (await createCertificateAuthority('Slipway sandbox'));
  const certificate = await issueServerCertificate(authority, 'kube-apiserver');
  const allows = createAuthorizer(options.rbac);
  let rolesAreRead = true;
  const authorize: ApiOptions['authorize'] = (user, attributes) => rolesAreRead && allows(user, attributes);
  const server = createApiServer({ store, clock, logs, certificate, authenticate: options.authenticate, authorize });
  return {
    url: `https://${await listenOnLoopback(server)}`,
    caPem: authority.certPem,
    store,
    apply,
    dropConnections: () => server.closeAllConnections(),
    restart() {
      rolesAreRead = false;
      clock.after(READING_ROLES, () => {
        rolesAreRead = true;
      });
      server.closeAllConnections();
    },
    async stop() {
      stopTimers();
      await options.runtime?.stop();
      await closeServer(server);
    },
  };
}
