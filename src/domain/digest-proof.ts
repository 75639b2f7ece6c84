import type { ObservedContainer, ObservedPod, ObservedWorkload } from './cluster.ts';
import { parseImage, namesRepository, runsRelease } from './image.ts';
import type { Release } from './release.ts';

/**
 * What is known of the digest that a pod runs.
 * - `proven`: one of the release's digests.
 * - `unproven`: nothing says otherwise. containerd reports whichever name and index it knows for an image, so another digest in
 *   `imageID` is no proof of another image.
 * - `other`: it can't be the release.
 */
export type DigestProof =
  | { readonly proof: 'proven' | 'other'; readonly digest: string }
  | { readonly proof: 'unproven'; readonly digest: string | null };

const UNKNOWN: DigestProof = { proof: 'unproven', digest: null };

/** Whether a new pod of the workload runs the release; of several containers the weakest proof counts. */
export function proveDigest(pod: ObservedPod, workload: ObservedWorkload, release: Release, mirror?: string): DigestProof {
  const proofs = releaseContainers(pod, workload, release, mirror).map((container) => proveContainer(container, pod, release));
  return proofs.find(({ proof }) => proof === 'other') ?? proofs.find(({ proof }) => proof === 'unproven') ?? proofs[0] ?? UNKNOWN;
}

/** Containers of the release's repository, without those that the template itself leaves on another reference. */
function releaseContainers(pod: ObservedPod, workload: ObservedWorkload, release: Release, mirror?: string): readonly ObservedContainer[] {
  const left = new Set(workload.images.filter((image) => !runsRelease(image, release, mirror)));
  return pod.containers.filter(({ image }) => namesRepository(image, release, mirror) && !left.has(image));
}

function proveContainer(container: ObservedContainer, pod: ObservedPod, release: Release): DigestProof {
  const pinned = parseImage(container.image)?.digest ?? null;
  if (pinned !== null) return { proof: isOf(release, pinned) ? 'proven' : 'other', digest: pinned };
  const reported = /sha256:[0-9a-f]{64}/.exec(container.imageId)?.[0] ?? null;
  if (reported === null) return UNKNOWN;
  if (isOf(release, reported)) return { proof: 'proven', digest: reported };
  return { proof: startedBeforePush(pod, release) ? 'other' : 'unproven', digest: reported };
}

function isOf(release: Release, digest: string): boolean {
  return digest === release.digest || release.digests.includes(digest);
}

/** Kubernetes cuts `creationTimestamp` to the second, so a pod counts as older only from a full second before the push. */
function startedBeforePush(pod: ObservedPod, release: Release): boolean {
  return Date.parse(pod.createdAt) + 1000 <= Date.parse(release.imagePushedAt);
}
