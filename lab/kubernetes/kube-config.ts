import { KubeConfig } from '@kubernetes/client-node';
import type { ControlPlane } from './start-control-plane.ts';

/** For clients of @kubernetes/client-node, as the cluster's administrator. */
export function kubeConfigOf({ kubeconfig }: Pick<ControlPlane, 'kubeconfig'>): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}
