import { join } from 'node:path';
import { applyDefinitions } from '../kubernetes/definitions.ts';
import { commandOf, type Tools } from '../build/build-tools.ts';
import { applyManifests } from '../kubernetes/manifests.ts';
import type { ControlPlane } from '../kubernetes/start-control-plane.ts';
import { freePort } from '../processes/free-port.ts';
import { type ProcessSpec, startProcess } from '../processes/processes.ts';
import { untilReady } from '../processes/until-ready.ts';

export type RolloutsOptions = {
  readonly place: string;
  readonly controlPlane: ControlPlane;
  readonly tools: Tools;
  readonly tell: (text: string) => void;
};

/** Where an installation in a cluster would run; the controller looks for its configuration there. */
const NAMESPACE = 'argo-rollouts';

/** Defines Rollouts and what belongs to them in the cluster, and starts Argo Rollouts' controller for it, as `rollouts-<cluster>`. */
export async function startRollouts({ place, controlPlane, tools, tell }: RolloutsOptions): Promise<void> {
  const begun = performance.now();
  await Promise.all([
    applyDefinitions(controlPlane, join(tools.rollouts, 'share', 'crds')),
    applyManifests(controlPlane, `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${NAMESPACE}\n`),
  ]);
  const ports = { metrics: await freePort(), health: await freePort() };
  const rollouts = await startProcess(place, rolloutsController({ controlPlane, tools, ports }));
  await untilReady(rollouts, async () => (await fetch(`http://127.0.0.1:${ports.health}/healthz`)).ok);
  tell(`Argo Rollouts works on ${controlPlane.name} after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

type Surroundings = Pick<RolloutsOptions, 'controlPlane' | 'tools'> & { readonly ports: { readonly metrics: number; readonly health: number } };

export function rolloutsController({ controlPlane, tools, ports }: Surroundings): ProcessSpec {
  const listen = ['--metricsPort', String(ports.metrics), '--healthzPort', String(ports.health)];
  return {
    name: `rollouts-${controlPlane.name}`,
    command: commandOf(tools, 'rollouts-controller'),
    args: ['--kubeconfig', controlPlane.kubeconfig, '--leader-elect=false', '--loglevel', 'info', ...listen],
    ports: Object.values(ports),
    env: { ARGO_ROLLOUTS_NAMESPACE: NAMESPACE, POD_NAMESPACE: NAMESPACE },
  };
}
