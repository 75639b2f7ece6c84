import { z } from 'zod';
import { AwsError, type AwsAccount } from '../service.ts';

/** The members by which every request names its repository. */
export const RepositoryName = { repositoryName: z.string(), registryId: z.string().optional() };
export type RepositoryName = { readonly repositoryName: string; readonly registryId?: string | undefined };

/** Names an image by tag, digest or both. */
export const ImageId = z.strictObject({ imageTag: z.string().optional(), imageDigest: z.string().optional() });
export type ImageId = z.output<typeof ImageId>;

export const CreateRepositoryInput = z.strictObject({ ...RepositoryName, imageTagMutability: z.enum(['MUTABLE', 'IMMUTABLE']).default('MUTABLE') });

/** One repository: its blobs, the uploads under way, and its images by digest and by tag. */
export type Repository = {
  readonly name: string;
  /** Whether a tag, once put, may move to another image. */
  readonly mutable: boolean;
  readonly layers: Set<string>;
  readonly uploads: Map<string, Buffer[]>;
  readonly images: Map<string, Image>;
  /** Digest by tag: a tag that moves leaves its old image untagged. */
  readonly tags: Map<string, string>;
};

export type Image = {
  readonly digest: string;
  readonly manifest: string;
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  /** Epoch seconds. */
  readonly pushedAt: number;
  status: 'ACTIVE' | 'ARCHIVED';
};

/** What every operation works on. */
export type Registry = { readonly account: AwsAccount; readonly repositories: Map<string, Repository> };

export function repositoryArn(name: string, account: AwsAccount): string {
  return `arn:aws:ecr:${account.region}:${account.id}:repository/${name}`;
}

/** The repository that a request names; a registry other than this account's has none. */
export function repositoryOf(registry: Registry, input: RepositoryName): Repository {
  const registryId = input.registryId ?? registry.account.id;
  const repository = registryId === registry.account.id ? registry.repositories.get(input.repositoryName) : undefined;
  if (repository === undefined) {
    throw new AwsError('RepositoryNotFoundException', `The repository with name '${input.repositoryName}' does not exist in the registry with id '${registryId}'`);
  }
  return repository;
}

export function createRepository(registry: Registry, { repositoryName: name, imageTagMutability }: z.output<typeof CreateRepositoryInput>): Repository {
  if (registry.repositories.has(name)) {
    throw new AwsError('RepositoryAlreadyExistsException', `The repository with name '${name}' already exists in the registry with id '${registry.account.id}'`);
  }
  const mutable = imageTagMutability === 'MUTABLE';
  const repository: Repository = { name, mutable, layers: new Set(), uploads: new Map(), images: new Map(), tags: new Map() };
  registry.repositories.set(name, repository);
  return repository;
}

/** The image an id names; undefined when there is none, or when tag and digest name different ones. */
export function imageOf(repository: Repository, { imageTag, imageDigest }: ImageId): Image | undefined {
  const tagged = imageTag === undefined ? undefined : repository.tags.get(imageTag);
  if (imageTag !== undefined && tagged === undefined) return undefined;
  if (imageDigest !== undefined && tagged !== undefined && tagged !== imageDigest) return undefined;
  return repository.images.get(imageDigest ?? tagged ?? '');
}

export function tagsOf(repository: Repository, digest: string): string[] {
  return [...repository.tags].filter(([, tagged]) => tagged === digest).map(([tag]) => tag);
}
