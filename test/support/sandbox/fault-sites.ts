import type { Document } from 'yaml';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { startApprover } from './approver.ts';
import type { SiteKind } from './cells.ts';
import { type DeployedWorldOptions, startDeployedWorld } from './deployed-world.ts';
import { type FaultSite, faultSite } from './fault-site.ts';
import { createFaults, type Faults } from './faults.ts';
import { ENVIRONMENTS } from './more-environments.ts';

type SitePlan = {
  readonly argocd?: NonNullable<DeployedWorldOptions['argocd']>;
  /** What `slipway.yaml` says otherwise. */
  readonly editFile?: (file: Document) => void;
  /** Whose Deployment is looked at. */
  readonly application?: string;
};

/** Everything at its soonest: a cell is a deployment or three. */
const DELAYS = { refresh: 20, liveChange: 10, pickUp: 10, operation: 60, afterOperation: 20 };
const KUBELET = { pull: 10, start: 10, ready: 60, stop: 10, backOff: 200, maxBackOff: 400, probePeriod: 200 };

/** Long enough for CheckRollout to end before it, also on a machine with other work. */
const HOOK_MS = 3_000;

const AUTOMATED = / {4}automated:\n(?: {6}.*\n)+/;
const MANUAL = 'inference-manual';

/** The sample's Application, and one with the same values that syncs when it is asked to. */
function withManual(yaml: string): string {
  return yaml.includes('kind: Application') ? `${yaml}---\n${yaml.replaceAll('inference-dev', MANUAL).replace(AUTOMATED, '')}` : yaml;
}

const PLANS: Readonly<Record<SiteKind, SitePlan>> = {
  automatic: {},
  manual: { argocd: { editManifest: withManual }, editFile: (file) => file.setIn([...ENVIRONMENTS, 'dev', 'targets', 'eu', 'application'], MANUAL), application: MANUAL },
  hooked: { argocd: { hook: () => ({ name: 'smoke', phase: 'PostSync', outcome: 'succeed', takes: HOOK_MS }) } },
  asking: { editFile: (file) => file.setIn([...ENVIRONMENTS, 'dev', 'approval'], { timeout: '1h' }) },
  failing: { editFile: (file) => file.setIn([...ENVIRONMENTS, 'dev', 'rollback'], 'automatic') },
};

/** A world of its own in which cells of one kind run one after the other, each with a release of its own. */
export async function startFaultSite(kind: SiteKind): Promise<FaultSite> {
  const { argocd, editFile, application = 'inference-dev' } = PLANS[kind];
  const pods: Faults = createFaults();
  const world = await startDeployedWorld('happy', {
    random: () => 0.01 * Math.random(),
    kubelet: KUBELET,
    faultOf: pods.faultOf,
    argocd: { delays: DELAYS, ...argocd },
    ...(editFile && { editFile }),
  });
  const approver = kind === 'asking' ? await startApprover(world) : null;
  // With this one, functions are warm; and a way back leads to a release that has succeeded here.
  await world.deploy(imageOf('1.9.0'));
  return faultSite(world, { pods, application, approver, editFile: editFile ?? (() => undefined) });
}
