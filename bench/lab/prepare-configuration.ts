import { createHttpClient } from '../../src/adapters/http/http-client.ts';
import { commandOf } from '../../lab/build/build-tools.ts';
import { applyManifests, deleteManifests } from '../../lab/kubernetes/manifests.ts';
import type { Image } from '../../sandbox/scenarios/image.ts';
import { applicationManifests, applicationNames, namespaceManifests, PROJECT } from './applications.ts';
import type { LabConfiguration } from './configuration.ts';
import { CONTENDERS, type Contender, type ContenderName } from './contender.ts';
import { startIdeal } from './ideal-contender.ts';
import { repositoryFiles } from './repository-files.ts';
import { startScript } from './script-contender.ts';
import { createSlipway } from './slipway-contender.ts';
import { slipwayFile } from './slipway-file.ts';
import type { SlipwaySample } from './slipway-sample.ts';
import type { SlipwayStack } from './slipway-stack.ts';
import type { BenchLab } from './start-bench-lab.ts';

/** A configuration with the first image running in the Applications of every contender. */
export type PreparedConfiguration = {
  readonly contenders: readonly Contender[];
  readonly applications: Readonly<Record<ContenderName, readonly string[]>>;
  /** Filled by Slipway's deployments. */
  readonly samples: SlipwaySample[];
  readonly remove: () => Promise<void>;
};

export type Preparation = {
  readonly configuration: LabConfiguration;
  /** Part of the names: no two configurations share anything. */
  readonly number: number;
  readonly firstImage: Image;
  /** The stack to deploy with; asked for before each deployment, with the file to apply to a new one. */
  readonly stackFor: (slipwayFile: string) => Promise<SlipwayStack>;
};

export async function prepareConfiguration(lab: BenchLab, { configuration, number, firstImage, stackFor }: Preparation): Promise<PreparedConfiguration> {
  const { autoSync, targets, files } = configuration;
  const names = (contender: ContenderName): readonly string[] => applicationNames(`${contender}-${number}`, targets);
  const applications = { slipway: names('slipway'), script: names('script'), ideal: names('ideal') };
  const repositories = { slipway: '', script: '', ideal: '' };
  for (const contender of CONTENDERS) {
    repositories[contender] = await lab.git.createRepository(`${contender}-${number}`, repositoryFiles(files, firstImage));
    await lab.follow(repositories[contender]);
  }
  const namespaces = namespaceManifests(Object.values(applications).flat(), lab.slipwayRole);
  const manifests = CONTENDERS.map((contender) => applicationManifests(applications[contender], { repositoryUrl: repositories[contender], autoSync })).join('---\n');
  await applyManifests(lab.kubernetes, namespaces);
  await applyManifests(lab.kubernetes, manifests);
  await syncForTheFirstTime(lab, Object.values(applications).flat());
  await lab.observer.settled(Object.values(applications).flat());
  const samples: SlipwaySample[] = [];
  const contenders = await startContenders({ lab, configuration, applications, repositories, samples, environment: `bench-${number}`, stackFor });
  return {
    contenders,
    applications,
    samples,
    async remove() {
      for (const contender of contenders) await contender.stop();
      await deleteManifests(lab.kubernetes, manifests);
      await deleteManifests(lab.kubernetes, namespaces);
    },
  };
}

async function syncForTheFirstTime({ argocd, argocdToken }: BenchLab, applications: readonly string[]): Promise<void> {
  const http = createHttpClient({ name: 'Argo CD of the lab', url: argocd.url, caBundle: argocd.caPem });
  const headers = { authorization: `Bearer ${argocdToken}`, 'content-type': 'application/json' };
  for (const name of applications) {
    const answer = await http.send({ method: 'POST', path: `/api/v1/applications/${name}/sync`, headers, body: JSON.stringify({ project: PROJECT }) });
    // Where it syncs by itself it may have been faster.
    if (answer.status !== 200 && !answer.body.includes('already in progress')) throw new Error(`Argo CD answered ${answer.status} to the first sync of ${name}: ${answer.body}`);
  }
}

type Surroundings = Pick<Preparation, 'configuration' | 'stackFor'> &
  Pick<PreparedConfiguration, 'applications' | 'samples'> & { readonly lab: BenchLab; readonly repositories: Readonly<Record<ContenderName, string>>; readonly environment: string };

async function startContenders({ lab, configuration: { autoSync }, applications, repositories, samples, environment, stackFor }: Surroundings): Promise<readonly Contender[]> {
  const { argocd, argocdToken, cluster, kubernetes, tools, git } = lab;
  const file = slipwayFile({ environment, repositoryUrl: repositories.slipway, argocd, applications: applications.slipway });
  const shared = { credential: git.credential, autoSync };
  const slipway = createSlipway({ stack: () => stackFor(file), environment, targets: applications.slipway, samples });
  const ideal = await startIdeal({ ...shared, argocd: { url: argocd.url, caPem: argocd.caPem, token: argocdToken }, cluster, repositoryUrl: repositories.ideal, applications: applications.ideal });
  const script = await startScript({
    ...shared,
    folder: lab.place,
    argocd: { command: commandOf(tools, 'argocd'), url: argocd.url, caPem: argocd.caPem, token: argocdToken },
    kubectl: { command: commandOf(tools, 'kubectl'), kubeconfig: kubernetes.kubeconfig },
    repositoryUrl: repositories.script,
    applications: applications.script,
  });
  return [slipway, script, ideal];
}
