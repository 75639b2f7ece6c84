import { BatchGetImageCommand, DescribeImagesCommand, type DescribeImagesCommandOutput, ECRClient, ImageNotFoundException } from '@aws-sdk/client-ecr';
import * as z from 'zod/mini';
import { ConfigurationError, NotFoundError } from '../../domain/errors.ts';
import type { PushedImage, ReleaseRegistry, RepositoryRef, TaggedImage } from '../../ports/release-registry.ts';
import { readAnswer } from '../aws/answer.ts';
import { callAws } from '../aws/errors.ts';
import { configDigest, IMAGE_MEDIA_TYPES, INDEX_MEDIA_TYPES, platformDigests, readManifest } from './manifest.ts';

const ImageDetail = z.object({
  imageDigest: z.string(),
  /** Left out by ECR for an image without tags. */
  imageTags: z.optional(z.array(z.string())),
  imagePushedAt: z.date(),
  imageStatus: z.optional(z.string()),
});

const OneImage = z.object({ imageDetails: z.tuple([ImageDetail]) });
const ImagePage = z.object({ imageDetails: z.array(ImageDetail), nextToken: z.optional(z.string()) });

const Images = z.object({ images: z.array(z.object({ imageManifest: z.string() })) });

export type ReleaseRegistryOptions = {
  readonly client?: (region: string) => ECRClient;
  /** Images that one call of `taggedImages` asks for; ECR gives 1,000 at most. */
  readonly pageSize?: number;
};

/** ECR. A repository may be in another region and account, so its registry says which. */
export function createReleaseRegistry({ client = (region) => new ECRClient({ region }), pageSize = 1000 }: ReleaseRegistryOptions = {}): ReleaseRegistry {
  const clients = new Map<string, ECRClient>();

  function clientIn(region: string): ECRClient {
    const known = clients.get(region) ?? client(region);
    clients.set(region, known);
    return known;
  }

  return {
    image: (repository, image) => describe(clientIn(locate(repository).region), repository, image),
    taggedImages: (repository) => pagesOfTagged(clientIn(locate(repository).region), repository, pageSize),
    digests: (repository, digest) => allDigests(clientIn(locate(repository).region), repository, digest),
  };
}

async function describe(client: ECRClient, repository: RepositoryRef, image: { readonly tag: string } | { readonly digest: string }): Promise<PushedImage | null> {
  const name = imageName(repository, image);
  const imageId = 'tag' in image ? { imageTag: image.tag } : { imageDigest: image.digest };
  const answer = await callAws({ doing: `look up image ${name} in ECR`, needs: 'ecr:DescribeImages', ifMissing: missingRepository(repository) }, () =>
    client.send(new DescribeImagesCommand({ ...request(repository), imageIds: [imageId] })).catch((error: unknown) => {
      if (error instanceof ImageNotFoundException) return null;
      throw error;
    }),
  );
  return answer === null ? null : pushedImage(readAnswer(OneImage, answer, `ECR's answer about ${name}`).imageDetails[0]);
}

/** ECR pages, and does not sort. */
async function* pagesOfTagged(client: ECRClient, repository: RepositoryRef, maxResults: number): AsyncIterable<readonly TaggedImage[]> {
  const action = { doing: `list images of repository ${repository.name} in ECR`, needs: 'ecr:DescribeImages', ifMissing: missingRepository(repository) };
  let nextToken: string | undefined;
  do {
    const command = new DescribeImagesCommand({ ...request(repository), filter: { tagStatus: 'TAGGED' }, maxResults, ...(nextToken !== undefined && { nextToken }) });
    const answer: DescribeImagesCommandOutput = await callAws(action, () => client.send(command));
    const page = readAnswer(ImagePage, answer, `ECR's answer about repository ${repository.name}`);
    yield page.imageDetails.map(pushedImage);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

function pushedImage({ imageDigest: digest, imageTags: tags = [], imagePushedAt, imageStatus }: z.output<typeof ImageDetail>): PushedImage {
  // An archived image, and one that is being restored, cannot be pulled.
  return { digest, tags, imagePushedAt: imagePushedAt.toISOString(), archived: imageStatus !== undefined && imageStatus !== 'ACTIVE' };
}

async function allDigests(client: ECRClient, repository: RepositoryRef, digest: string): Promise<readonly string[]> {
  const [text] = await manifests(client, repository, [digest]);
  if (text === undefined) throw new NotFoundError(`Image ${imageName(repository, { digest })} is not in ECR: it was deleted since it was pushed; push it again.`);
  const manifest = readManifest(text, imageName(repository, { digest }));
  if (manifest.manifests === undefined) return distinct([digest, ...configDigest(manifest)]);
  const platforms = platformDigests(manifest);
  const children = await manifests(client, repository, platforms);
  return distinct([digest, ...platforms, ...children.flatMap((child) => configDigest(readManifest(child, imageName(repository, { digest }))))]);
}

/** Manifests of those of the images that exist. An index is only answered to who accepts its media type. */
async function manifests(client: ECRClient, repository: RepositoryRef, digests: readonly string[]): Promise<readonly string[]> {
  if (digests.length === 0) return [];
  const action = { doing: `read manifests of repository ${repository.name} from ECR`, needs: 'ecr:BatchGetImage', ifMissing: missingRepository(repository) };
  const imageIds = digests.map((imageDigest) => ({ imageDigest }));
  const acceptedMediaTypes = [...IMAGE_MEDIA_TYPES, ...INDEX_MEDIA_TYPES];
  const answer = await callAws(action, () => client.send(new BatchGetImageCommand({ ...request(repository), imageIds, acceptedMediaTypes })));
  return readAnswer(Images, answer, `ECR's answer about repository ${repository.name}`).images.map(({ imageManifest }) => imageManifest);
}

function request(repository: RepositoryRef): { readonly registryId: string; readonly repositoryName: string } {
  return { registryId: locate(repository).account, repositoryName: repository.name };
}

const REGISTRY = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;

function locate({ registry, name }: RepositoryRef): { readonly account: string; readonly region: string } {
  const [, account, region] = REGISTRY.exec(registry) ?? [];
  if (account !== undefined && region !== undefined) return { account, region };
  throw new ConfigurationError(`Registry ${registry} of repository ${name} is not ECR's; write it as ACCOUNT.dkr.ecr.REGION.amazonaws.com.`);
}

function imageName({ registry, name }: RepositoryRef, image: { readonly tag: string } | { readonly digest: string }): string {
  return 'tag' in image ? `${registry}/${name}:${image.tag}` : `${registry}/${name}@${image.digest}`;
}

function missingRepository({ name }: RepositoryRef): string {
  return `create repository ${name}, or correct its name in slipway.yaml`;
}

function distinct(digests: readonly string[]): readonly string[] {
  return [...new Set(digests)];
}
