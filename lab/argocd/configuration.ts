import type { V1ConfigMap, V1Namespace, V1Secret } from '@kubernetes/client-node';
import { stringify } from 'yaml';
import type { ServerCertificate } from '../../sandbox/tls.ts';
import { NAMESPACE } from './installation.ts';

/** Argo CD's settings manager sees only what bears this label. */
const PART_OF = { 'app.kubernetes.io/part-of': 'argocd' };

/** What the stock argocd-cm of the installation manifests says, for the kinds that a lab has. */
const STOCK_SETTINGS = {
  'resource.customizations.ignoreResourceUpdates.all': stringify({ jsonPointers: ['/status'] }),
  'resource.customizations.ignoreResourceUpdates.apps_ReplicaSet': stringify({
    jqPathExpressions: [
      '.metadata.annotations."deployment.kubernetes.io/desired-replicas"',
      '.metadata.annotations."deployment.kubernetes.io/max-replicas"',
      '.metadata.annotations."rollout.argoproj.io/desired-replicas"',
    ],
  }),
  'resource.customizations.ignoreResourceUpdates.argoproj.io_Application': stringify({
    jqPathExpressions: [
      '.metadata.annotations."notified.notifications.argoproj.io"',
      '.metadata.annotations."argocd.argoproj.io/refresh"',
      '.metadata.annotations."argocd.argoproj.io/hydrate"',
      '.operation',
    ],
  }),
  'resource.exclusions': stringify([
    { apiGroups: ['', 'discovery.k8s.io'], kinds: ['Endpoints', 'EndpointSlice'] },
    { apiGroups: ['coordination.k8s.io'], kinds: ['Lease'] },
    {
      apiGroups: ['authentication.k8s.io', 'authorization.k8s.io'],
      kinds: ['SelfSubjectReview', 'TokenReview', 'LocalSubjectAccessReview', 'SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview'],
    },
    { apiGroups: ['certificates.k8s.io'], kinds: ['CertificateSigningRequest'] },
  ]),
};

/** The objects that Argo CD reads its settings from. The server adds its signing key, the admin's password and the default AppProject. */
export function configuration(certificate: ServerCertificate): readonly (V1Namespace | V1ConfigMap | V1Secret)[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    configMap('argocd-cm', STOCK_SETTINGS),
    ...['argocd-rbac-cm', 'argocd-cmd-params-cm', 'argocd-tls-certs-cm', 'argocd-ssh-known-hosts-cm', 'argocd-gpg-keys-cm'].map((name) => configMap(name, {})),
    secret('argocd-secret', 'Opaque', {}),
    secret('argocd-server-tls', 'kubernetes.io/tls', { 'tls.crt': certificate.certPem, 'tls.key': certificate.keyPem }),
  ];
}

/** A secret that Argo CD reads by the label of its type, as the declarative setup has them. */
export function typedSecret(type: 'repository' | 'cluster', name: string, values: Readonly<Record<string, string>>): V1Secret {
  const made = secret(name, 'Opaque', values);
  return { ...made, metadata: { ...made.metadata, labels: { ...made.metadata?.labels, 'argocd.argoproj.io/secret-type': type } } };
}

function configMap(name: string, data: Readonly<Record<string, string>>): V1ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(name), data };
}

function secret(name: string, type: string, values: Readonly<Record<string, string>>): V1Secret {
  const data = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
  return { apiVersion: 'v1', kind: 'Secret', type, metadata: metadata(name), data };
}

function metadata(name: string): { name: string; namespace: string; labels: Record<string, string> } {
  return { name, namespace: NAMESPACE, labels: { 'app.kubernetes.io/name': name, ...PART_OF } };
}
