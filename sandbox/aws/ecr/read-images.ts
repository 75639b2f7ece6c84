import { z } from 'zod';
import { AwsError } from '../service.ts';
import { type Image, ImageId, imageOf, type Registry, type Repository, RepositoryName, repositoryOf, tagsOf } from './repository.ts';

export const DescribeImagesInput = z.strictObject({
  ...RepositoryName,
  imageIds: z.array(ImageId).optional(),
  filter: z.strictObject({ tagStatus: z.enum(['TAGGED', 'UNTAGGED', 'ANY']).optional() }).optional(),
  maxResults: z.int().min(1).max(1000).optional(),
  nextToken: z.string().optional(),
});

type DescribeImagesInput = z.output<typeof DescribeImagesInput>;

export const BatchGetImageInput = z.strictObject({ ...RepositoryName, imageIds: z.array(ImageId), acceptedMediaTypes: z.array(z.string()).optional() });

export const UpdateImageStorageClassInput = z.strictObject({ ...RepositoryName, imageId: ImageId, targetStorageClass: z.enum(['STANDARD', 'ARCHIVE']) });

/** What a caller that names no media types is understood to accept; an index must be asked for. */
const DEFAULT_MEDIA_TYPES = ['application/vnd.docker.distribution.manifest.v2+json', 'application/vnd.oci.image.manifest.v1+json'];

/** The images that the request names, or a page of all that the filter lets through. */
export function describeImages(registry: Registry, input: DescribeImagesInput): object {
  const repository = repositoryOf(registry, input);
  if (input.imageIds === undefined) return imagePage(registry, repository, input);
  if (input.filter !== undefined || input.maxResults !== undefined || input.nextToken !== undefined) {
    throw new AwsError('InvalidParameterException', "Invalid parameter at 'imageIds' failed to satisfy constraint: 'filter, maxResults and nextToken cannot be used with imageIds'");
  }
  return { imageDetails: input.imageIds.map((id) => imageDetail(registry, repository, existing(registry, repository, id))) };
}

const DEFAULT_PAGE = 100;

/** A token names the last image of its page: AWS's is opaque, and outlives a push between two pages too. */
function imagePage(registry: Registry, repository: Repository, { filter, maxResults = DEFAULT_PAGE, nextToken }: DescribeImagesInput): object {
  const images = [...repository.images.values()].filter((image) => passes(repository, image, filter?.tagStatus ?? 'ANY'));
  const last = nextToken === undefined ? -1 : images.findIndex(({ digest }) => tokenOf(digest) === nextToken);
  if (nextToken !== undefined && last < 0) throw new AwsError('InvalidParameterException', "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid token'");
  const page = images.slice(last + 1, last + 1 + maxResults);
  const end = page.at(-1);
  const more = end !== undefined && images.length > last + 1 + maxResults;
  return { imageDetails: page.map((image) => imageDetail(registry, repository, image)), ...(more && { nextToken: tokenOf(end.digest) }) };
}

function passes(repository: Repository, { digest }: Image, tagStatus: 'TAGGED' | 'UNTAGGED' | 'ANY'): boolean {
  return tagStatus === 'ANY' || (tagsOf(repository, digest).length > 0) === (tagStatus === 'TAGGED');
}

function tokenOf(digest: string): string {
  return Buffer.from(digest).toString('base64');
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
