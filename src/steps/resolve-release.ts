import * as z from 'zod/mini';
import type { Deployment, TargetKey } from '../domain/deployment.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { type Instant, knownToTheSecond } from '../domain/instant.ts';
import type { Release } from '../domain/release.ts';
import { servicesForTag, targetsOf } from '../domain/release-request.ts';
import type { Clock } from '../ports/clock.ts';
import type { ServiceStore } from '../ports/deployment-store.ts';
import type { PushedImage, ReleaseRegistry, RepositoryRef } from '../ports/release-registry.ts';
import { ManualRequest, PushEvent } from './release-request.ts';
import { defineStep } from './step.ts';

type Ports = { readonly services: ServiceStore; readonly registry: ReleaseRegistry; readonly clock: Clock };

/** What all deployments of one execution share; the state machine merges it into each target. */
export type Origin = Pick<Deployment, 'release' | 'marks'>;

export type ResolveReleaseResult =
  | { readonly status: 'found'; readonly origin: Origin; readonly targets: readonly TargetKey[] }
  | { readonly status: 'ignored' | 'superseded'; readonly reason: string; readonly origin: null; readonly targets: readonly [] };

const ResolveReleaseInput = z.object({
  execution: z.string(),
  startedAt: z.iso.datetime(),
  request: z.union([PushEvent, ManualRequest], {
    error: 'The input is neither an ECR push event nor {"service", "environment"?, "target"?, "tag" or "digest", "reason"?, "by"?}.',
  }),
});

/** Which image is this, and where does it go? */
export const resolveRelease = defineStep({
  name: 'resolve-release',
  input: ResolveReleaseInput,
  async run(ports: Ports, { request, startedAt }: z.infer<typeof ResolveReleaseInput>): Promise<ResolveReleaseResult> {
    const started = new Date(startedAt).toISOString();
    return 'source' in request ? resolvePush(ports, request, started) : resolveManual(ports, request, started);
  },
});

async function resolvePush(ports: Ports, event: PushEvent, started: Instant): Promise<ResolveReleaseResult> {
  const { 'repository-name': name, 'image-digest': digest, 'image-tag': tag } = event.detail;
  const repository = { registry: `${event.account}.dkr.ecr.${event.region}.amazonaws.com`, name };
  if (tag === undefined || tag === '') return nothing('ignored', `untagged push of ${digest}: a platform manifest or an attestation`);
  const services = await ports.services.servicesOf(repository);
  if (services.length === 0) return nothing('ignored', `no service deploys ${repository.registry}/${name}; add one with slipway apply`);
  const { deploying, reason } = servicesForTag(services, tag);
  if (deploying.length === 0) return nothing('ignored', reason);
  const image = await ports.registry.image(repository, { tag });
  if (image === null) return nothing('superseded', `tag ${tag} was removed from ${name} since the push`);
  if (image.digest !== digest) return nothing('superseded', `tag ${tag} of ${name} moved to ${image.digest} since the push of ${digest}`);
  const marks = { pushed: knownToTheSecond(event.time, started), started };
  return found(ports, { repository, tag, image, releasedAt: new Date(event.time).toISOString(), marks, targets: targetsOf({ services: deploying }) });
}

async function resolveManual(ports: Ports, request: ManualRequest, started: Instant): Promise<ResolveReleaseResult> {
  const service = await ports.services.service(request.service);
  if (service === null) return nothing('ignored', `no service is named ${request.service}; add it with slipway apply`);
  const targets = targetsOf({ services: [service], environment: request.environment, target: request.target });
  const wanted = 'tag' in request ? { tag: request.tag } : { digest: request.digest };
  const image = await ports.registry.image(service.repository, wanted);
  if (image === null) return nothing('ignored', `no image ${'tag' in wanted ? wanted.tag : wanted.digest} in ${service.repository.name}`);
  if ('tag' in request && request.digest !== undefined && image.digest !== request.digest) {
    return nothing('superseded', `tag ${request.tag} of ${service.repository.name} names ${image.digest}, not ${request.digest}`);
  }
  const tag = 'tag' in request ? request.tag : image.tags[0];
  if (tag === undefined) return nothing('ignored', `image ${image.digest} of ${service.repository.name} has no tag; tag it, then deploy the tag`);
  return found(ports, { repository: service.repository, tag, image, releasedAt: started, marks: { started }, targets });
}

type Found = {
  readonly repository: RepositoryRef;
  readonly tag: string;
  readonly image: PushedImage;
  readonly releasedAt: Instant;
  readonly marks: Pick<Deployment['marks'], 'pushed' | 'started'>;
  readonly targets: readonly TargetKey[];
};

async function found({ registry, clock }: Ports, { repository, tag, image, releasedAt, marks, targets }: Found): Promise<ResolveReleaseResult> {
  if (image.archived) {
    throw new ConfigurationError(`Image ${repository.name}:${tag} is archived in ECR, so pods can't pull it; restore it there, then redrive.`);
  }
  const release: Release = {
    registry: repository.registry,
    repository: repository.name,
    tag,
    digest: image.digest,
    digests: await registry.digests(repository, image.digest),
    releasedAt,
    imagePushedAt: image.imagePushedAt,
  };
  return { status: 'found', origin: { release, marks: { ...marks, resolved: clock.now() } }, targets };
}

function nothing(status: 'ignored' | 'superseded', reason: string): ResolveReleaseResult {
  return { status, reason, origin: null, targets: [] };
}
