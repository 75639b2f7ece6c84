import { NotFoundError } from '../../domain/errors.ts';
import type { PushedImage, ReleaseRegistry, RepositoryRef } from '../../ports/release-registry.ts';

export type MemoryImage = Omit<PushedImage, 'tags' | 'archived'> & {
  /** Digests beside its own: platform manifests and configs. */
  readonly digests?: readonly string[];
};

export type MemoryReleaseRegistry = ReleaseRegistry & {
  /** Puts a tag on an image; one without a tag is pushed by digest. The first push creates the repository. */
  push(repository: RepositoryRef, image: MemoryImage, tag?: string): void;
  archive(repository: RepositoryRef, digest: string): void;
};

/** Images by digest, digests by tag. */
type Repository = { readonly images: Map<string, MemoryImage>; readonly tags: Map<string, string>; readonly archived: Set<string> };

export function createMemoryReleaseRegistry({ pageSize = 1000 }: { readonly pageSize?: number } = {}): MemoryReleaseRegistry {
  const repositories = new Map<string, Repository>();

  function repositoryOf(ref: RepositoryRef): Repository {
    const repository = repositories.get(idOf(ref));
    if (repository !== undefined) return repository;
    throw new NotFoundError(`Cannot look up repository ${ref.name}: there is none; create repository ${ref.name}, or correct its name in slipway.yaml.`);
  }

  function pushedImage({ tags, archived }: Repository, { digest, imagePushedAt }: MemoryImage): PushedImage {
    return { digest, tags: [...tags.keys()].filter((tag) => tags.get(tag) === digest), imagePushedAt, archived: archived.has(digest) };
  }

  return {
    push(ref, image, tag) {
      if (!repositories.has(idOf(ref))) repositories.set(idOf(ref), { images: new Map(), tags: new Map(), archived: new Set() });
      const { images, tags } = repositoryOf(ref);
      images.set(image.digest, image);
      if (tag !== undefined) tags.set(tag, image.digest);
    },
    archive(ref, digest) {
      repositoryOf(ref).archived.add(digest);
    },
    async image(ref, image) {
      const repository = repositoryOf(ref);
      const { images, tags } = repository;
      const found = images.get('tag' in image ? (tags.get(image.tag) ?? '') : image.digest);
      return found === undefined ? null : pushedImage(repository, found);
    },
    async *taggedImages(ref) {
      const repository = repositoryOf(ref);
      const tagged = [...repository.images.values()].map((image) => pushedImage(repository, image)).filter(({ tags }) => tags.length > 0);
      for (let from = 0; from === 0 || from < tagged.length; from += pageSize) yield tagged.slice(from, from + pageSize);
    },
    async digests(ref, digest) {
      const found = repositoryOf(ref).images.get(digest);
      if (found !== undefined) return [digest, ...(found.digests ?? [])];
      throw new NotFoundError(`Image ${idOf(ref)}@${digest} is not there: it was deleted since it was pushed; push it again.`);
    },
  };
}

function idOf({ registry, name }: RepositoryRef): string {
  return `${registry}/${name}`;
}
