import type { Document } from 'yaml';
import { losing } from '../../../sandbox/scenarios/event-loss.ts';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { type Approver, startApprover } from './approver.ts';
import type { SiteKind } from './cell.ts';
import { type DeployedWorld, type DeployedWorldOptions, startDeployedWorld } from './deployed-world.ts';
import { type FaultSite, faultSite } from './fault-site.ts';
import { createFaults, type Faults } from './faults.ts';
import { type ForgeInWorld, startForgeInWorld } from './forge.ts';
import { startMerger } from './merger.ts';
import { ENVIRONMENTS } from './more-environments.ts';
import { startWorkload } from './smoke-target.ts';
import { contended, outbidding, overtaking, pushed, queued, type WayToDeploy } from './ways-to-deploy.ts';

type SitePlan = {
  readonly argocd?: NonNullable<DeployedWorldOptions['argocd']>;
  /** What `slipway.yaml` says otherwise. */
  readonly editFile?: (file: Document) => void;
  /** Whose Deployment is looked at. */
  readonly application?: string;
  /** A person approves each release. */
  readonly approved?: true;
  /** The workload answers at a URL of its own. */
  readonly smoked?: true;
  /** Releases go out as pull requests: what `merge` says of them; null for nothing. A person merges them where the host does not. */
  readonly proposed?: { readonly automatic: true } | null;
  /** The events of its pushes are lost. */
  readonly unheard?: true;
  readonly way?: (world: DeployedWorld, pods: Faults, approver: Approver | null) => WayToDeploy;
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

/** Approvals in dev. */
function asking(file: Document): void {
  file.setIn([...ENVIRONMENTS, 'dev', 'approval'], { timeout: '1h' });
}

/** Pods that are not Ready yet have time on a machine with other work, too. */
function patient(file: Document): void {
  file.setIn([...ENVIRONMENTS, 'dev', 'rollout', 'timeout'], '2m');
}

const PLANS: Readonly<Record<SiteKind, SitePlan>> = {
  automatic: {},
  manual: { argocd: { editManifest: withManual }, editFile: (file) => file.setIn([...ENVIRONMENTS, 'dev', 'targets', 'eu', 'application'], MANUAL), application: MANUAL },
  hooked: { argocd: { hook: () => ({ name: 'smoke', phase: 'PostSync', outcome: 'succeed', takes: HOOK_MS }) } },
  asking: { editFile: asking, approved: true },
  failing: { editFile: (file) => file.setIn([...ENVIRONMENTS, 'dev', 'rollback'], 'automatic') },
  contended: { way: contended },
  queued: { editFile: patient, way: queued },
  outbidding: { editFile: asking, approved: true, way: (world, _pods, approver) => (approver === null ? pushed(world) : outbidding(world, approver)) },
  // Longer than 30 s: an outage of that length is waited for.
  smoked: { smoked: true, editFile: (file) => file.setIn([...ENVIRONMENTS, 'dev', 'verify'], { timeout: '40s' }) },
  proposing: { proposed: null },
  overtaking: { proposed: null, way: (world, _pods, merger) => (merger === null ? pushed(world) : overtaking(world, merger)) },
  merging: { proposed: { automatic: true } },
  swept: { unheard: true },
};

/** A world of its own in which cells of one kind run one after the other, each with a release of its own. */
export async function startFaultSite(kind: SiteKind): Promise<FaultSite> {
  const { argocd, editFile = () => undefined, application = 'inference-dev', smoked, proposed, unheard = false, way = pushed } = PLANS[kind];
  const pods: Faults = createFaults();
  const workload = smoked === true ? await startWorkload() : null;
  let isHeard = true;
  const options: DeployedWorldOptions = {
    random: () => 0.01 * Math.random(),
    kubelet: KUBELET,
    faultOf: pods.faultOf,
    argocd: { delays: DELAYS, ...argocd },
    carryEvent: losing(() => !isHeard),
  };
  const forge = proposed === undefined ? null : await startForgeInWorld(options);
  const edit = (file: Document): void => {
    editFile(file);
    if (workload !== null) file.setIn([...ENVIRONMENTS, 'dev', 'targets', 'eu', 'smoke'], { url: workload.url });
    forge?.editFile(file, proposed ?? undefined);
  };
  const world = forge?.world ?? (await startDeployedWorld('happy', { ...options, editFile: edit }));
  if (forge !== null) await world.apply(edit);
  const approver = await startPerson(PLANS[kind], world, forge);
  // With this one, functions are warm; and a way back leads to a release that has succeeded here.
  await world.deploy(imageOf('1.9.0'));
  isHeard = !unheard;
  return faultSite(world, { pods, application, approver, forge, editFile: edit, workload, ...way(world, pods, approver) });
}

/** Who approves, or merges; null where nobody is asked. */
async function startPerson({ approved, proposed }: SitePlan, world: DeployedWorld, forge: ForgeInWorld | null): Promise<Approver | null> {
  if (approved === true) return startApprover(world);
  return forge === null || proposed !== null ? null : startMerger(forge);
}
