import { CustomObjectsApi } from '@kubernetes/client-node';
import { NAMESPACE } from '../argocd/installation.ts';
import { kubeConfigOf } from '../kubernetes/kube-config.ts';
import type { ControlPlane } from '../kubernetes/start-control-plane.ts';

export const APPLICATIONS = { group: 'argoproj.io', version: 'v1alpha1', namespace: NAMESPACE, plural: 'applications' };

type ListedApplications = { readonly items: readonly { readonly metadata: { readonly name: string }; readonly spec: { readonly project: string } }[] };

/** Names of the Applications of a project. */
export async function applicationsOf(controlPlane: ControlPlane, project: string): Promise<readonly string[]> {
  const { items } = (await kubeConfigOf(controlPlane).makeApiClient(CustomObjectsApi).listNamespacedCustomObject(APPLICATIONS)) as ListedApplications;
  return items.filter(({ spec }) => spec.project === project).map(({ metadata }) => metadata.name);
}
