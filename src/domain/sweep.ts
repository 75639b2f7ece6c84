import { elapsed, type Instant } from './instant.ts';
import { type OwnStart, startOfSwept, startOfWaiting } from './own-request.ts';
import { promotable, type TargetInState } from './promotion.ts';
import { compareReleases, type Release } from './release.ts';
import { deploysTag } from './release-request.ts';
import type { Service } from './service.ts';
import type { TargetState, Waiting } from './target-state.ts';

/** An image of the service's repository, as ECR lists it. */
export type ListedImage = { readonly digest: string; readonly tags: readonly string[]; readonly imagePushedAt: Instant; readonly archived: boolean };

/** A release as far as the sweep needs to know it. */
export type SweptRelease = Pick<Release, 'tag' | 'digest' | 'releasedAt' | 'imagePushedAt'>;

export type SweptTarget = TargetInState & {
  /** Whether the execution that holds the claim is still running; false where nobody holds it. */
  readonly holderRuns: boolean;
};

export type SweptService = {
  readonly service: Service;
  /** When it was first applied: what was pushed before is none of the sweep's. */
  readonly since: Instant;
  /** The newest image that it deploys; null for none. */
  readonly newest: SweptRelease | null;
  /** Every target of the service. */
  readonly targets: readonly SweptTarget[];
};

/**
 * The newest of these images that a push would have brought to the service: with a tag that it deploys, not archived, and pushed since
 * it was applied. Its place in the order is when ECR received it: when the tag was put is nowhere to be read, so an old image whose new
 * tag was lost as an event is not found.
 */
export function newestImage(images: readonly ListedImage[], service: Pick<Service, 'ignoredTags'>, since: Instant): SweptRelease | null {
  const pushed = images.filter(({ archived, imagePushedAt }) => !archived && pushedSince(imagePushedAt, since));
  return newer(...pushed.map(({ digest, tags, imagePushedAt }) => {
    // In one order, so that two sweeps name it alike.
    const [tag] = tags.filter((one) => deploysTag(service, one)).toSorted();
    return tag === undefined ? null : { tag, digest, releasedAt: imagePushedAt, imagePushedAt };
  }));
}

/** The newest of releases that may be none. */
export function newer(...releases: readonly (SweptRelease | null)[]): SweptRelease | null {
  return releases.reduce((best, release) => (release !== null && (best === null || compareReleases(release, best) > 0) ? release : best), null);
}

/** What should have been deployed to the targets of a service and was not: what its first environments miss, what waited, and promotions. */
export function sweepService({ service, since, newest, targets }: SweptService): readonly OwnStart[] {
  return targets.flatMap((target) => {
    const after = service.environments[target.key.environment]?.after;
    const due = after === undefined ? newest : promotable(targets.filter(({ key }) => key.environment === after)).release;
    return sweepTarget(target, due, since) ?? [];
  });
}

/** A target at work is left alone, and so is one that a person holds: what is due there is swept once the hold is lifted. */
function sweepTarget({ key, state, holderRuns }: SweptTarget, due: SweptRelease | null, since: Instant): OwnStart | null {
  if (holderRuns || state.hold !== null) return null;
  const missing = due !== null && isMissing(state, due, since) ? due : null;
  const waiting = startable(state);
  if (waiting !== null && (missing === null || missing.digest === waiting.release.digest || compareReleases(waiting.release, missing) > 0)) {
    return startOfWaiting(key, waiting);
  }
  return missing === null ? null : startOfSwept(key, missing);
}

/** What waits although nobody is left to start it. */
function startable({ next, quarantine }: TargetState): Waiting | null {
  return next === null || quarantine.some(({ digest }) => digest === next.release.digest) ? null : next;
}

/**
 * Whether a release never came to the target. One that was claimed did, however that ended: a redrive is a person's. An image that is
 * older than the current one is left out too, since a person may have put it where it is promoted from.
 */
function isMissing({ claim, current, quarantine }: TargetState, due: SweptRelease, since: Instant): boolean {
  if (quarantine.some(({ digest }) => digest === due.digest)) return false;
  const known = [claim, current?.release ?? null].filter((release) => release !== null);
  if (known.some((release) => release.digest === due.digest || compareReleases(release, due) >= 0)) return false;
  return current === null ? pushedSince(due.imagePushedAt, since) : elapsed(current.release.imagePushedAt, due.imagePushedAt) >= 0;
}

/** ECR tells the second of a push: within the second of `since` it may have come after it. */
function pushedSince(imagePushedAt: Instant, since: Instant): boolean {
  return elapsed(since, imagePushedAt) > -1000;
}
