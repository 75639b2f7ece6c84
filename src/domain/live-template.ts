import type { LiveWorkload } from './application.ts';
import { namesRepository, runsRelease } from './image.ts';
import type { Release } from './release.ts';
import type { Target } from './service.ts';

/**
 * How far the live templates of an Application run the release: `whole` when every reference to its repository does, `partly` when
 * some do, `not` when none does, or nothing there names the repository.
 */
export type LiveTemplate = {
  readonly runs: 'whole' | 'partly' | 'not';
  /** Which workload has which images, for a message. */
  readonly images: string;
};

/** What the live templates say about a release: they decide `applied`, never the status of the Application. */
export function liveTemplate(workloads: readonly LiveWorkload[], release: Release, target: Pick<Target, 'image' | 'workloads'>): LiveTemplate {
  const ours = workloads.flatMap(({ images }) => images.filter((image) => namesRepository(image, release, target.image)));
  const running = ours.filter((image) => runsRelease(image, release, target.image));
  const missing = (target.workloads ?? []).filter((name) => !workloads.some((workload) => workload.name === name && runsIt(workload)));
  if (running.length === 0) return { runs: 'not', images: describe(workloads) };
  return { runs: running.length === ours.length && missing.length === 0 ? 'whole' : 'partly', images: describe(workloads) };

  function runsIt(workload: LiveWorkload): boolean {
    return workload.images.some((image) => runsRelease(image, release, target.image));
  }
}

function describe(workloads: readonly LiveWorkload[]): string {
  if (workloads.length === 0) return 'it has no workload';
  return workloads.map(({ kind, name, images }) => `${kind} ${name} has ${images.join(' and ') || 'no image'}`).join(', ');
}
