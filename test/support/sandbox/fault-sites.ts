import type { SiteKind } from './cells.ts';
import { type DeployedWorldOptions, startDeployedWorld } from './deployed-world.ts';
import { type FaultSite, faultSite } from './fault-site.ts';

/** Everything at its soonest: a cell is a deployment or three. */
const SOON: DeployedWorldOptions = {
  random: () => 0.01 * Math.random(),
  kubelet: { pull: 10, start: 10, ready: 60, stop: 10, backOff: 200, maxBackOff: 400, probePeriod: 200 },
};
const DELAYS = { refresh: 20, liveChange: 10, pickUp: 10, operation: 60, afterOperation: 20 };

/** Long enough for CheckRollout to end before it, also on a machine with other work. */
const HOOK_MS = 2_000;

const AUTOMATED = / {4}automated:\n(?: {6}.*\n)+/;

const ARGOCD: Readonly<Record<SiteKind, DeployedWorldOptions['argocd']>> = {
  automatic: { delays: DELAYS },
  manual: { delays: DELAYS, editManifest: (yaml) => yaml.replace(AUTOMATED, '') },
  hooked: { delays: DELAYS, hook: () => ({ name: 'smoke', phase: 'PostSync', outcome: 'succeed', takes: HOOK_MS }) },
};

/** A world of its own in which cells of one kind run one after the other, each with a release of its own. */
export async function startFaultSite(kind: SiteKind): Promise<FaultSite> {
  return faultSite(await startDeployedWorld('happy', { ...SOON, argocd: ARGOCD[kind] ?? {} }));
}
