import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpClient } from '../../src/adapters/http/http-client.ts';
import { applyManifests, deleteManifests } from '../../lab/kubernetes/manifests.ts';
import { type Image, pushImage } from '../../sandbox/scenarios/image.ts';
import { applicationNames, namespaceManifests, PROJECT } from '../lab/applications.ts';
import { monotonic } from '../lab/contender.ts';
import type { Stacks } from '../lab/stacks.ts';
import type { BenchLab } from '../lab/start-bench-lab.ts';
import { limitConcurrency } from '../limit-concurrency.ts';
import { startImageRegistry } from './image-registry.ts';
import { startImageUpdater } from './image-updater.ts';
import type { Mode } from './options.ts';
import { branchFiles, imageUpdaterManifest, updatedApplications, updatedSlipwayFile, type UpdatedService } from './updated-applications.ts';
import type { UpdaterName } from './updater-figures.ts';

/** Who sees to it that a push reaches the cluster, for services that share a branch. */
export type UpdateContender = {
  readonly name: UpdaterName;
  /** One for each service. */
  readonly applications: readonly string[];
  /** Puts a new image of every service into the registry at once; resolves with the instants, on the monotonic clock, at which it took them. */
  readonly push: (image: Image) => Promise<readonly number[]>;
  readonly stop: () => Promise<void>;
};

export type UpdateWorld = { readonly lab: BenchLab; readonly services: readonly UpdatedService[]; readonly firstImage: Image; /** Part of the names. */ readonly number: number };

/** Functions at work at once: AWS has room for a thousand, a machine for what its memory holds. */
const CONCURRENCY = 24;

/** The packaged stack, which ECR's events start. */
export async function prepareSlipway(world: UpdateWorld, stacks: Stacks): Promise<UpdateContender> {
  const { lab, services, number } = world;
  const { applications, repositoryUrl, remove } = await prepareApplications(world, 'slipway');
  const stack = await stacks.newOne(updatedSlipwayFile(services, applications, { repositoryUrl, environment: `bench-${number}`, argocd: lab.argocd }));
  limitConcurrency(stack.aws.lambda, CONCURRENCY);
  return {
    name: 'slipway',
    applications,
    async push(image) {
      await Promise.all(services.map(({ repository }) => pushImage(stack.ecr, repository, image)));
      return services.map(({ repository }) => stack.accepted(repository).monotonic);
    },
    stop: remove,
  };
}

/** Image Updater over a registry that it can poll; at its best both webhooks carry the news. */
export async function prepareImageUpdater(world: UpdateWorld, mode: Mode): Promise<UpdateContender> {
  const { lab, services, firstImage } = world;
  const { applications, repositoryUrl, remove } = await prepareApplications(world, 'updater');
  if (mode === 'best') await lab.git.tellArgoCd(lab.argocd, new URL(repositoryUrl).pathname.slice(1).replace(/\.git$/, ''));
  const registry = await startImageRegistry();
  for (const { repository } of services) registry.put(repository, firstImage);
  const updater = await startImageUpdater({ place: lab.place, tools: lab.tools, kubernetes: lab.kubernetes, registryUrl: registry.url, mode });
  const manifest = imageUpdaterManifest(services, applications);
  await applyManifests(lab.kubernetes, manifest);
  return {
    name: 'updater',
    applications,
    async push(image) {
      const accepted = services.map(({ repository }) => {
        registry.put(repository, image);
        return monotonic();
      });
      if (mode === 'best') await Promise.all(services.map(({ repository }) => updater.tell(repository, image)));
      return accepted;
    },
    async stop() {
      await deleteManifests(lab.kubernetes, manifest);
      await updater.stop();
      await registry.stop();
      await remove();
    },
  };
}

/** One branch with all services, and an Application for each. */
async function prepareApplications({ lab, services, firstImage, number }: UpdateWorld, name: UpdaterName) {
  const repositoryUrl = await lab.git.createRepository(`${name}-${number}`, branchFiles(services, firstImage));
  await lab.follow(repositoryUrl);
  const applications = applicationNames(`${name}-${number}`, services.length);
  const namespaces = namespaceManifests(applications, lab.slipwayRole);
  const manifests = updatedApplications(services, applications, repositoryUrl);
  await applyManifests(lab.kubernetes, namespaces);
  await applyManifests(lab.kubernetes, manifests);
  await lab.observer.settled(applications);
  for (const application of applications) await untilImagesAreKnown(lab, application);
  async function remove(): Promise<void> {
    await deleteManifests(lab.kubernetes, manifests);
    await deleteManifests(lab.kubernetes, namespaces);
  }
  return { repositoryUrl, applications, remove };
}

/** Image Updater passes over an Application until Argo CD has written down which images its pods run, which it does at a comparison. */
async function untilImagesAreKnown({ argocd, argocdToken }: BenchLab, application: string): Promise<void> {
  const http = createHttpClient({ name: 'Argo CD of the lab', url: argocd.url, caBundle: argocd.caPem });
  for (;;) {
    const { body } = await http.send({ method: 'GET', path: `/api/v1/applications/${application}?refresh=normal&project=${PROJECT}`, headers: { authorization: `Bearer ${argocdToken}` } });
    const { status } = JSON.parse(body) as { readonly status?: { readonly summary?: { readonly images?: readonly string[] } } };
    if (status?.summary?.images !== undefined) return;
    await sleep(200);
  }
}
