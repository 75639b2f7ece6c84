import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../service.ts';
import { type Image, imageOf, type Registry, type Repository, RepositoryName, repositoryOf } from './repository.ts';

export const PutImageInput = z.strictObject({
  ...RepositoryName,
  imageManifest: z.string(),
  imageManifestMediaType: z.string().optional(),
  imageTag: z.string().optional(),
  imageDigest: z.string().optional(),
});

type PutImageInput = z.output<typeof PutImageInput>;

/** The members of a manifest or index by which ECR judges it; clients may send more. */
const Descriptor = z.object({ digest: z.string(), mediaType: z.string().optional() });
const Manifest = z.object({
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: Descriptor.optional(),
  layers: z.array(Descriptor).default([]),
  manifests: z.array(Descriptor).optional(),
});

type Manifest = z.output<typeof Manifest>;

/** Stores a manifest and puts its tag. The caller announces the push. */
export function putImage(registry: Registry, input: PutImageInput, now: number): { readonly image: Image; readonly repository: Repository } {
  const repository = repositoryOf(registry, input);
  const manifest = parseManifest(input.imageManifest);
  const image = newImage(input, manifest, now);
  if (input.imageDigest !== undefined && input.imageDigest !== image.digest) {
    throw new AwsError('ImageDigestDoesNotMatchException', `The digest '${input.imageDigest}' does not match the digest '${image.digest}' of the image manifest`);
  }
  checkReferences(repository, manifest, place(registry, repository));
  checkTag(repository, image.digest, input.imageTag, place(registry, repository));
  const stored = repository.images.get(image.digest) ?? image;
  repository.images.set(stored.digest, stored);
  if (input.imageTag !== undefined) repository.tags.set(input.imageTag, stored.digest);
  return { image: stored, repository };
}

function newImage(input: PutImageInput, manifest: Manifest, now: number): Image {
  const mediaType = input.imageManifestMediaType ?? manifest.mediaType;
  if (mediaType === undefined) throw invalidManifest('must name its media type, or the request must');
  return {
    digest: `sha256:${createHash('sha256').update(input.imageManifest).digest('hex')}`,
    manifest: input.imageManifest,
    mediaType,
    artifactType: manifest.artifactType ?? manifest.config?.mediaType,
    pushedAt: Math.floor(now / 1000),
    status: 'ACTIVE',
  };
}

function parseManifest(text: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalidManifest('Invalid JSON syntax');
  }
  const manifest = Manifest.safeParse(json);
  if (!manifest.success) throw invalidManifest(z.prettifyError(manifest.error));
  return manifest.data;
}

function invalidManifest(constraint: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid parameter at 'ImageManifest' failed to satisfy constraint: '${constraint}'`);
}

/** An index needs its child manifests, a manifest its config and layers, pushed before it. */
function checkReferences(repository: Repository, { manifests, config, layers }: Manifest, where: string): void {
  const images = (manifests ?? []).filter(({ digest }) => !repository.images.has(digest));
  if (images.length > 0) {
    throw new AwsError('ReferencedImagesNotFoundException', `Images with digests '${digestsOf(images)}' required for pushing image do not exist ${where}`);
  }
  const blobs = [...(config === undefined ? [] : [config]), ...layers].filter(({ digest }) => !repository.layers.has(digest));
  if (blobs.length > 0) {
    throw new AwsError('LayersNotFoundException', `Layers with digests '${digestsOf(blobs)}' required for pushing image into repository with name '${repository.name}' do not exist ${where}`);
  }
}

function digestsOf(descriptors: ReadonlyArray<{ readonly digest: string }>): string {
  return descriptors.map(({ digest }) => digest).join(', ');
}

function checkTag(repository: Repository, digest: string, imageTag: string | undefined, where: string): void {
  if (imageOf(repository, { imageDigest: digest, imageTag }) !== undefined) {
    throw new AwsError('ImageAlreadyExistsException', `Image with digest '${digest}' and tag '${imageTag ?? 'null'}' already exists ${where}`);
  }
  if (imageTag !== undefined && !repository.mutable && repository.tags.has(imageTag)) {
    throw new AwsError('ImageTagAlreadyExistsException', `The image tag '${imageTag}' already exists ${where} and cannot be overwritten because the tag is immutable.`);
  }
}

function place(registry: Registry, repository: Repository): string {
  return `in the repository with name '${repository.name}' in registry with id '${registry.account.id}'`;
}
