import type { Instant } from './instant.ts';

/** What is deployed: one image of one ECR repository, named by tag and digest. */
export type Release = {
  /** ECR registry host, as `111122223333.dkr.ecr.eu-central-1.amazonaws.com`. */
  readonly registry: string;
  /** ECR repository name, as `team/inference-service`. */
  readonly repository: string;
  readonly tag: string;
  /** Digest that was pushed: of the manifest, or of the index for a multi-platform image. */
  readonly digest: string;
  /** Every digest a pod of this release may report: `digest`, an index's platform manifests, and their config digests. */
  readonly digests: readonly string[];
  /** When this tag was put on this digest; decides which release is newer. Never the time of arrival. */
  readonly releasedAt: Instant;
  /** When ECR received the image; breaks a tie of `releasedAt`. */
  readonly imagePushedAt: Instant;
};

/** The part of a release that decides order. */
export type ReleaseOrder = Pick<Release, 'releasedAt' | 'imagePushedAt' | 'digest'>;

/** Negative when `a` is older than `b`, positive when newer, 0 when they are the same release. */
export function compareReleases(a: ReleaseOrder, b: ReleaseOrder): number {
  return (
    Date.parse(a.releasedAt) - Date.parse(b.releasedAt) ||
    Date.parse(a.imagePushedAt) - Date.parse(b.imagePushedAt) ||
    (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0)
  );
}

/** The image as Kubernetes pulls it, pinned: `registry/repository:tag@digest`. */
export function imageReference(release: Release): string {
  return `${release.registry}/${release.repository}:${release.tag}@${release.digest}`;
}
