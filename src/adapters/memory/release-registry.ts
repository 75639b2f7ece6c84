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

type Repository = { readonly images: Map<string, MemoryImage>; readonly tags: Map<string, string>; readonly archived: Set<string> };

export function createMemoryReleaseRegistry(): MemoryReleaseRegistry {
  const repositories = new Map<string, Repository>();

  function repositoryOf({ registry, name }: RepositoryRef): Repository {
    const repository = repositories.get(`${registry}/${name}`);
    if (repository === undefined) throw new NotFoundError(`Cannot look up repository ${name}: there is none; create repository ${name}, or correct its name in slipway.yaml.`);
    return repository;
  }

  return {
    push(repository, image, tag) {
      const id = `${repository.registry}/${repository.name}`;
      const { images, tags } = repositories.get(id) ?? { images: new Map(), tags: new Map(), archived: new Set() };
      images.set(image.digest, image);
      if (tag !== undefined) tags.set(tag, image.digest);
    },
    archive(repository, digest) {
      repositoryOf(repository).archived.add(digest);
    },
    async image(ref, image) {
      const { images, tags, archived } = repositoryOf(ref);
      const found = images.get('tag' in image ? (tags.get(image.tag) ?? '') : image.digest);
      if (found === undefined) return null;
      const { digest, imagePushedAt } = found;
      return { digest, tags: [...tags].filter(([, tagged]) => tagged === digest).map(([tag]) => tag), imagePushedAt, archived: archived.has(digest) };
    },
    async digests(ref, digest) {
      const found = repositoryOf(ref).images.get(digest);
      if (found === undefined) throw new NotFoundError(`Image ${ref.registry}/${ref.name}@${digest} is not there: it was deleted since it was pushed; push it again.`);
      return [digest, ...(found.digests ?? [])];
    },
  };
}
