import type { Instant } from '../domain/instant.ts';

export type RepositoryRef = { readonly registry: string; readonly name: string };

export type PushedImage = {
  readonly digest: string;
  /** Tags that name it now; none when every tag has moved on. */
  readonly tags: readonly string[];
  readonly imagePushedAt: Instant;
  readonly archived: boolean;
};

/** Where releases come from: ECR. */
export interface ReleaseRegistry {
  /** The image a tag or digest names now; null when there is none. */
  image(repository: RepositoryRef, image: { readonly tag: string } | { readonly digest: string }): Promise<PushedImage | null>;
  /** The digest itself, the platform manifests of an index and their config digests; attestations excluded. */
  digests(repository: RepositoryRef, digest: string): Promise<readonly string[]>;
}
