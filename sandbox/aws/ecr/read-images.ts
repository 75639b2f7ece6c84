import { z } from 'zod';
import { AwsError } from '../service.ts';
import { type Image, ImageId, imageOf, type Registry, type Repository, RepositoryName, repositoryOf, tagsOf } from './repository.ts';

export const DescribeImagesInput = z.strictObject({ ...RepositoryName, imageIds: z.array(ImageId).optional() });

export const BatchGetImageInput = z.strictObject({ ...RepositoryName, imageIds: z.array(ImageId), acceptedMediaTypes: z.array(z.string()).optional() });

export const UpdateImageStorageClassInput = z.strictObject({ ...RepositoryName, imageId: ImageId, targetStorageClass: z.enum(['STANDARD', 'ARCHIVE']) });

/** What a caller that names no media types is understood to accept; an index must be asked for. */
const DEFAULT_MEDIA_TYPES = ['application/vnd.docker.distribution.manifest.v2+json', 'application/vnd.oci.image.manifest.v1+json'];

export function describeImages(registry: Registry, input: z.output<typeof DescribeImagesInput>): object {
  const repository = repositoryOf(registry, input);
  const ids: readonly ImageId[] = input.imageIds ?? [...repository.images.keys()].map((imageDigest) => ({ imageDigest }));
  return { imageDetails: ids.map((id) => imageDetail(registry, repository, existing(registry, repository, id))) };
}

/** Manifests of the images that exist; the others are failures of an answer that is itself a success. */
export function batchGetImage(registry: Registry, input: z.output<typeof BatchGetImageInput>): object {
  const repository = repositoryOf(registry, input);
  const accepted: readonly string[] = input.acceptedMediaTypes ?? DEFAULT_MEDIA_TYPES;
  const images: object[] = [];
  const failures: object[] = [];
  for (const imageId of input.imageIds) {
    const image = imageOf(repository, imageId);
    if (image === undefined || !accepted.includes(image.mediaType)) {
      failures.push({ imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' });
    } else {
      images.push(imageAnswer(registry, repository, image, imageId.imageTag));
    }
  }
  return { images, failures };
}

export function updateImageStorageClass(registry: Registry, input: z.output<typeof UpdateImageStorageClassInput>): object {
  const repository = repositoryOf(registry, input);
  const image = existing(registry, repository, input.imageId);
  image.status = input.targetStorageClass === 'ARCHIVE' ? 'ARCHIVED' : 'ACTIVE';
  return { registryId: registry.account.id, repositoryName: repository.name, imageId: input.imageId, imageStatus: image.status };
}

/** An image as PutImage and BatchGetImage answer it. */
export function imageAnswer(registry: Registry, repository: Repository, image: Image, imageTag: string | undefined): object {
  return {
    registryId: registry.account.id,
    repositoryName: repository.name,
    imageId: { imageDigest: image.digest, ...(imageTag !== undefined && { imageTag }) },
    imageManifest: image.manifest,
    imageManifestMediaType: image.mediaType,
  };
}

function imageDetail(registry: Registry, repository: Repository, image: Image): object {
  const imageTags = tagsOf(repository, image.digest);
  return {
    registryId: registry.account.id,
    repositoryName: repository.name,
    imageDigest: image.digest,
    ...(imageTags.length > 0 && { imageTags }),
    imagePushedAt: image.pushedAt,
    imageManifestMediaType: image.mediaType,
    ...(image.artifactType !== undefined && { artifactMediaType: image.artifactType }),
    imageStatus: image.status,
  };
}

function existing(registry: Registry, repository: Repository, id: ImageId): Image {
  const image = imageOf(repository, id);
  if (image !== undefined) return image;
  const named = `{imageDigest:'${id.imageDigest ?? 'null'}', imageTag:'${id.imageTag ?? 'null'}'}`;
  throw new AwsError('ImageNotFoundException', `The image with imageId ${named} does not exist within the repository with name '${repository.name}' in the registry with id '${registry.account.id}'`);
}
