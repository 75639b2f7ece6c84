import { createServer } from 'node:https';
import { stringify } from 'yaml';
import { closeServer, listenOnLoopback } from '../../sandbox/loopback.ts';
import { type CertificateAuthority, issueServerCertificate } from '../../sandbox/tls.ts';
import { applyManifests, deleteManifests } from './manifests.ts';
import type { ControlPlane } from './start-control-plane.ts';

/** The metrics API that the autoscaler of a cluster reads, as an adapter of a monitoring system serves it. */
export type ExternalMetrics = {
  /** From now on each autoscaler that names the metric sees this value. */
  set(metric: string, value: number): void;
  stop(): Promise<void>;
};

const GROUP = 'external.metrics.k8s.io';
const VERSION = `${GROUP}/v1beta1`;
const VALUES = new RegExp(`^/apis/${VERSION}/namespaces/[^/]+/([^/?]+)(\\?.*)?$`);

/** Serves the API from this process, through the API server's aggregation layer, until `stop`. What it does not know is not found. */
export async function serveExternalMetrics(controlPlane: ControlPlane, authority: CertificateAuthority): Promise<ExternalMetrics> {
  const values = new Map<string, number>();
  const { certPem: cert, keyPem: key } = await issueServerCertificate(authority, 'external-metrics');
  const server = createServer({ cert, key }, ({ url = '' }, response) => {
    const answer = answerTo(url, values);
    response.writeHead(answer === null ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404, message: `The lab's metrics do not have ${url}.` }));
  });
  const [host = '', port = ''] = (await listenOnLoopback(server)).split(':');
  const manifests = registration(host, Number(port));
  await applyManifests(controlPlane, manifests);
  return {
    set: (metric, value) => void values.set(metric, value),
    async stop() {
      // First: a group of kinds that does not answer keeps namespaces from being deleted.
      await deleteManifests(controlPlane, manifests);
      await closeServer(server);
    },
  };
}

function answerTo(url: string, values: ReadonlyMap<string, number>): object | null {
  if (url.split('?')[0] === `/apis/${VERSION}`) return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: VERSION, resources: [] };
  const [, metric = ''] = VALUES.exec(url) ?? [];
  const value = values.get(metric);
  if (value === undefined) return null;
  const item = { metricName: metric, metricLabels: {}, timestamp: new Date().toISOString(), value: String(value) };
  return { kind: 'ExternalMetricValueList', apiVersion: VERSION, metadata: {}, items: [item] };
}

/** The service has no pods: it leads out of the cluster. The certificate cannot name it, since the API server asks for it by the service's name. */
function registration(host: string, port: number): string {
  const metadata = { name: 'external-metrics', namespace: 'kube-system' };
  const service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'ExternalName', externalName: host } };
  const spec = { group: GROUP, version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true, service: { ...metadata, port } };
  const api = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: `v1beta1.${GROUP}` }, spec };
  return `${stringify(service)}---\n${stringify(api)}`;
}
