import * as z from 'zod/mini';
import { type Deployment, type RequestByHand as PersonsWord, targetName, type TargetKey } from '../domain/deployment.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { type Instant, knownToTheSecond } from '../domain/instant.ts';
import type { OwnRequest } from '../domain/own-request.ts';
import { runsAlready } from '../domain/promotion.ts';
import type { Release } from '../domain/release.ts';
import { firstTargetsOf, servicesForTag, type TargetEntry, targetsOf, targetsOfEnvironment, withApproval } from '../domain/release-request.ts';
import type { Service } from '../domain/service.ts';
import type { Clock } from '../ports/clock.ts';
import type { ServiceStore, TargetStore } from '../ports/deployment-store.ts';
import type { PushedImage, ReleaseRegistry } from '../ports/release-registry.ts';
import { begunEarly } from './begun-early.ts';
import { findPromotion } from './find-promotion.ts';
import { type ImageEvent, type PromotionEvent, ReleaseRequest, type RequestByHand } from './release-request.ts';
import { defineStep } from './step.ts';

type Ports = {
  readonly services: ServiceStore;
  readonly targets: Pick<TargetStore, 'target'>;
  readonly registry: ReleaseRegistry;
  readonly clock: Clock;
};

/** What all deployments of one execution share; the state machine merges it into each target. */
export type Origin = Pick<Deployment, 'release' | 'marks' | 'request'>;

export type ResolveReleaseResult =
  | { readonly status: 'found'; readonly origin: Origin; readonly targets: readonly TargetEntry[] }
  | { readonly status: 'ignored' | 'superseded'; readonly reason: string; readonly origin: null; readonly targets: readonly [] };

const ResolveReleaseInput = z.object({ execution: z.string(), startedAt: z.iso.datetime(), request: ReleaseRequest });

/** Which image is this, and where does it go? */
export const resolveRelease = defineStep({
  name: 'resolve-release',
  input: ResolveReleaseInput,
  async run(ports: Ports, { request, startedAt }: z.infer<typeof ResolveReleaseInput>): Promise<ResolveReleaseResult> {
    const started = new Date(startedAt).toISOString();
    switch (request.kind) {
      case 'image':
        return resolveImage(ports, request.event, started);
      case 'promotion':
        return resolvePromotion(ports, request.event, started);
      case 'own':
        return resolveOwn(ports, request.request, started);
      case 'by hand':
        return resolveByHand(ports, request.request, started);
    }
  },
});

async function resolveImage(ports: Ports, event: ImageEvent, started: Instant): Promise<ResolveReleaseResult> {
  const { 'repository-name': name, 'image-digest': digest, 'image-tag': tag } = event.detail;
  const repository = { registry: `${event.account}.dkr.ecr.${event.region}.amazonaws.com`, name };
  if (tag === undefined || tag === '') return nothing('ignored', `untagged push of ${digest}: a platform manifest or an attestation`);
  const services = await ports.services.servicesOf(repository);
  if (services.length === 0) return nothing('ignored', `no service deploys ${repository.registry}/${name}; add one with slipway apply`);
  const { deploying, reason } = servicesForTag(services, tag);
  if (deploying.length === 0) return nothing('ignored', reason);
  const targets = firstTargetsOf({ services: deploying });
  const marks = { pushed: knownToTheSecond(event.time, started), started };
  return foundIfUnmoved(ports, { tag, digest, releasedAt: event.time }, { services: deploying, targets, marks });
}

/** What every target of an environment has goes on to the environments after it. */
async function resolvePromotion(ports: Ports, { detail }: PromotionEvent, started: Instant): Promise<ResolveReleaseResult> {
  const service = await ports.services.service(detail.service);
  if (service === null) return nothing('ignored', noService(detail.service));
  const { release, targets, reason } = await findPromotion(ports.targets, service, detail.environment, detail.release.digest);
  if (release === null) return nothing('ignored', reason);
  return foundIfUnmoved(ports, release, { services: [service], targets, marks: { started } });
}

/** A release that waited, or that no event brought. It keeps its place in the order. */
async function resolveOwn(ports: Ports, request: OwnRequest, started: Instant): Promise<ResolveReleaseResult> {
  const service = await ports.services.service(request.service);
  if (service === null) return nothing('ignored', noService(request.service));
  const key = targetsOfEnvironment(service, request.environment).find(({ target }) => target === request.target);
  if (key === undefined) return nothing('ignored', `${targetName(request)} is not configured any more`);
  if (request.trigger === 'sweep' && runsAlready(await ports.targets.target(key), request)) {
    return nothing('ignored', `${targetName(key)} has ${request.tag} already`);
  }
  return foundIfUnmoved(ports, request, { services: [service], targets: [key], marks: { started } });
}

async function resolveByHand(ports: Ports, request: RequestByHand, started: Instant): Promise<ResolveReleaseResult> {
  const { environment, target, rollback, by = 'somebody', reason = 'no reason given' } = request;
  const service = await ports.services.service(request.service);
  if (service === null) return nothing('ignored', noService(request.service));
  const services = [service];
  const targets = environment === undefined ? firstTargetsOf({ services, target }) : targetsOf({ services, environment, target });
  const { repository } = service;
  const image = await ports.registry.image(repository, request.tag === undefined ? { digest: request.digest ?? '' } : { tag: request.tag });
  if (image === null) return nothing('ignored', `no image ${request.tag ?? request.digest} in ${repository.name}`);
  if (request.digest !== undefined && image.digest !== request.digest) {
    return nothing('superseded', `tag ${request.tag} of ${repository.name} names ${image.digest}, not ${request.digest}`);
  }
  const tag = request.tag ?? image.tags[0];
  if (tag === undefined) return nothing('ignored', `image ${image.digest} of ${repository.name} has no tag; tag it, then deploy the tag`);
  const word = { by, reason, at: started, ...(rollback === true && { rollback }) };
  const digests = begunEarly(ports.registry.digests(repository, image.digest));
  return found(ports, { tag, image, digests, releasedAt: started }, { services, targets, marks: { started }, request: word });
}

/** Where a release goes, and what its deployments begin with. The services share one repository. */
type Goal = {
  readonly services: readonly Service[];
  readonly targets: readonly TargetKey[];
  readonly marks: Pick<Deployment['marks'], 'pushed' | 'started'>;
  readonly request?: PersonsWord;
};

/** What nobody asked for by hand is deployed only while its tag still names it. */
async function foundIfUnmoved(ports: Ports, { tag, digest, releasedAt }: Pick<Release, 'tag' | 'digest' | 'releasedAt'>, goal: Goal): Promise<ResolveReleaseResult> {
  const repository = repositoryOf(goal);
  const digests = begunEarly(ports.registry.digests(repository, digest));
  const image = await ports.registry.image(repository, { tag });
  if (image === null) return nothing('superseded', `tag ${tag} was removed from ${repository.name} since the push`);
  if (image.digest !== digest) return nothing('superseded', `tag ${tag} of ${repository.name} moved to ${image.digest} since the push of ${digest}`);
  return found(ports, { tag, image, digests, releasedAt }, goal);
}

/** `digests`: what the image is known by. */
type Found = { readonly tag: string; readonly image: PushedImage; readonly digests: Promise<readonly string[]>; readonly releasedAt: Instant };

async function found({ clock }: Ports, { tag, image, digests, releasedAt }: Found, goal: Goal): Promise<ResolveReleaseResult> {
  const repository = repositoryOf(goal);
  const { services, targets, marks, request } = goal;
  if (image.archived) {
    throw new ConfigurationError(`Image ${repository.name}:${tag} is archived in ECR, so pods can't pull it; restore it there, then redrive.`);
  }
  const release: Release = {
    registry: repository.registry,
    repository: repository.name,
    tag,
    digest: image.digest,
    digests: await digests,
    releasedAt: new Date(releasedAt).toISOString(),
    imagePushedAt: image.imagePushedAt,
  };
  const origin = { release, marks: { ...marks, resolved: clock.now() }, ...(request !== undefined && { request }) };
  // Back to an earlier release at three in the morning: nobody else has to be woken for it.
  return { status: 'found', origin, targets: request?.rollback === true ? targets : targets.map((key) => withApproval(services, key)) };
}

/** An image that ECR announced is of the repository by which its services were found. */
function repositoryOf({ services: [service] }: Goal): Service['repository'] {
  if (service === undefined) throw new ConfigurationError('No service deploys the release.');
  return service.repository;
}

function noService(name: string): string {
  return `no service is named ${name}; add it with slipway apply`;
}

function nothing(status: 'ignored' | 'superseded', reason: string): ResolveReleaseResult {
  return { status, reason, origin: null, targets: [] };
}
