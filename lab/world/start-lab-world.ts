import { type Foundation, startFoundation, startInOrder, type Stops } from '../../sandbox/foundation.ts';
import type { ScenarioWorld } from '../../sandbox/scenarios/scenario-world.ts';
import type { WorldOptions } from '../../sandbox/world.ts';
import { startDigestWebhook } from '../kubernetes/digest-webhook.ts';
import type { Lab } from '../lab.ts';
import { digestsIn } from './image-digests.ts';
import { deployApplications, openLabArgoCd, PROJECT } from './lab-argocd.ts';
import { NAMESPACE, openLabCluster } from './lab-cluster.ts';
import { takeLease } from './lease.ts';
import { removeLeftovers } from './leftovers.ts';
import { podFaults } from './pod-faults.ts';

/**
 * The sandbox's AWS and Git with the lab's cluster and Argo CD around them. There is one such world in a lab at a time: the start waits
 * for the end of another. Its end leaves the lab as it was.
 */
export function startLabWorld(lab: Lab, options: WorldOptions): Promise<ScenarioWorld> {
  refuseWhatOnlyStandInsKnow(options);
  return startInOrder(async (stops) => {
    stops.push(await takeLease(lab.place));
    await removeLeftovers(lab.kubernetes, PROJECT);
    const foundation = await startFoundation(options, stops);
    return { ...foundation, ...(await surround(lab, foundation, options, stops)), stage: options.stage, caPem: lab.authority.certPem };
  });
}

async function surround(lab: Lab, { aws, git }: Foundation, options: WorldOptions, stops: Stops): Promise<Pick<ScenarioWorld, 'argocd' | 'cluster'>> {
  const { editManifest = (yaml: string) => yaml } = options.argocd ?? {};
  const [cluster, argocd] = await together(openCluster(lab, aws, options, stops), openLabArgoCd(lab.argocd, git, editManifest, stops));
  const token = await argocd.token('inference', 'slipway');
  await deployApplications(lab.argocd, git.repositoryUrl('config'), editManifest, stops);
  aws.secrets.putSecret('slipway/git', JSON.stringify(git.credential));
  aws.secrets.putSecret('slipway/argocd', JSON.stringify({ token }));
  return { cluster, argocd };
}

/** Both at once. Where one fails the other is waited for all the same: what it still does would come after the world's end. */
async function together<A, B>(one: Promise<A>, other: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

async function openCluster({ kubernetes, authority }: Lab, aws: Foundation['aws'], { faultOf }: WorldOptions, stops: Stops): Promise<ScenarioWorld['cluster']> {
  const cluster = await openLabCluster(kubernetes, aws, stops);
  const faults = faultOf && { faultOf: podFaults(faultOf) };
  const webhook = await startDigestWebhook(kubernetes, { namespaces: [NAMESPACE], authority, digestOf: digestsIn(aws), ...faults });
  stops.push(() => webhook.stop());
  return cluster;
}

function refuseWhatOnlyStandInsKnow({ host, kubelet, exposedService, argocd }: WorldOptions): void {
  const known = { host, kubelet, exposedService, 'argocd.delays': argocd?.delays, 'argocd.hook': argocd?.hook };
  const [name] = Object.entries(known).find(([, value]) => value !== undefined) ?? [];
  if (name !== undefined) throw new Error(`A world of the lab can't be told ${name}: its cluster and its Argo CD are real; leave it out, or use the sandbox.`);
}
