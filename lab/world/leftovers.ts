import { AdmissionregistrationV1Api } from '@kubernetes/client-node';
import { stringify } from 'yaml';
import { NAMESPACE as ARGOCD_NAMESPACE } from '../argocd/installation.ts';
import { kubeConfigOf } from '../kubernetes/kube-config.ts';
import { deleteManifests } from '../kubernetes/manifests.ts';
import type { ControlPlane } from '../kubernetes/start-control-plane.ts';
import { applicationsOf } from './applications.ts';
import { clientsOf, emptyNamespace, NAMESPACE } from './lab-cluster.ts';

/** Removes what a world has left that was killed: Argo CD would go on with its Applications, and its webhook, which nobody serves, would refuse all pods. */
export async function removeLeftovers(controlPlane: ControlPlane, project: string): Promise<void> {
  await removeWebhooks(controlPlane);
  const applications = await applicationsOf(controlPlane, project);
  const metadata = (name: string) => ({ name, namespace: ARGOCD_NAMESPACE });
  if (applications.length > 0) await deleteManifests(controlPlane, applications.map((name) => stringify({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: metadata(name) })).join('---\n'));
  await emptyNamespace(clientsOf(controlPlane), controlPlane);
}

async function removeWebhooks(controlPlane: ControlPlane): Promise<void> {
  const api = kubeConfigOf(controlPlane).makeApiClient(AdmissionregistrationV1Api);
  for (const { metadata, webhooks = [] } of (await api.listMutatingWebhookConfiguration()).items) {
    const isOurs = webhooks.some(({ namespaceSelector }) => namespaceSelector?.matchExpressions?.some(({ values = [] }) => values.includes(NAMESPACE)));
    if (isOurs) await api.deleteMutatingWebhookConfiguration({ name: metadata?.name ?? '' });
  }
}
