import type { Instant } from '../domain/instant.ts';

export type RepositoryRef = { readonly registry: string; readonly name: string };

export type PushedImage = {
  readonly digest: string;
  /** Tags that name it now; none when every tag has moved on. */
  readonly tags: readonly string[];
  readonly imagePushedAt: Instant;
  readonly archived: boolean;
};

export type TaggedImage = Pick<PushedImage, 'digest' | 'tags' | 'imagePushedAt' | 'archived'>;

/** Where releases come from: ECR. */
export interface ReleaseRegistry {
  /** The image a tag or digest names now; null when there is none. */
  image(repository: RepositoryRef, image: { readonly tag: string } | { readonly digest: string }): Promise<PushedImage | null>;
  /** Images of a repository that have tags, a page at a time in no order: for the sweep. */
  taggedImages(repository: RepositoryRef): AsyncIterable<readonly TaggedImage[]>;
  /** The digest itself, the platform manifests of an index and their config digests; attestations excluded. */
  digests(repository: RepositoryRef, digest: string): Promise<readonly string[]>;
}
