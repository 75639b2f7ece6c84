import * as z from 'zod/mini';
import { targetName } from '../domain/deployment.ts';
import { RateLimitedError, RefusedError } from '../domain/errors.ts';
import type { Instant, Milliseconds } from '../domain/instant.ts';
import { oneLine } from '../domain/one-line.ts';
import type { OwnStart } from '../domain/own-request.ts';
import { targetsOf } from '../domain/release-request.ts';
import type { Service } from '../domain/service.ts';
import { newer, newestImage, type SweptRelease, type SweptTarget, sweepService } from '../domain/sweep.ts';
import type { Clock } from '../ports/clock.ts';
import type { RecordStore, ServiceStore, SweepStore, TargetStore } from '../ports/deployment-store.ts';
import type { Executions } from '../ports/executions.ts';
import type { ReleaseRegistry } from '../ports/release-registry.ts';
import { holderRuns } from './execution-runs.ts';
import { statesOf } from './find-promotion.ts';
import { defineStep } from './step.ts';

type Ports = {
  readonly sweep: SweepStore;
  readonly services: Pick<ServiceStore, 'service'>;
  readonly targets: Pick<TargetStore, 'target' | 'change'>;
  readonly records: Pick<RecordStore, 'history'>;
  readonly registry: Pick<ReleaseRegistry, 'taggedImages'>;
  readonly executions: Pick<Executions, 'status' | 'start'>;
  readonly clock: Clock;
};

export type SweepReleasesResult = {
  /** `stopped`: time ran out, or AWS asked to slow down; the next sweep goes on behind `stoppedAfter`. */
  readonly status: 'complete' | 'stopped';
  /** How many services were looked at. */
  readonly swept: number;
  /** Names of the executions that were started. */
  readonly started: readonly string[];
  readonly stoppedAfter: string | null;
};

/** Names of services that are read at once. */
const PAGE = 50;

/** What one service may take: one with less of the invocation left is the next sweep's. */
const MARGIN_MS: Milliseconds = 45_000;

/** Releases of a target among which one is looked for that was tried already. */
const RECENT = 20;

/** Names of started executions that a result tells; the others are in the console. */
const TOLD = 100;

/** Of what went wrong an error tells this many, in this much room: one that is alone has all of it, so that the fix at the end of AWS's longest refusals is told. */
const TOLD_TROUBLES = 2;
const TROUBLES_LIMIT = 840;

/** ECR's events are best effort: finds the releases that should have been deployed and were not, and starts them. */
export const sweepReleases = defineStep({
  name: 'sweep-releases',
  /** The scheduled event: nothing in it matters. */
  input: z.looseObject({}),
  async run(ports: Ports): Promise<SweepReleasesResult> {
    const done: Progress = { after: await ports.sweep.stoppedAfter(), swept: 0, started: [], troubles: [] };
    const complete = await sweepAll(ports, done);
    const stoppedAfter = complete ? null : done.after;
    await ports.sweep.stopAfter(stoppedAfter);
    if (done.troubles.length > 0) throw new RefusedError(describeTroubles(done));
    return { status: complete ? 'complete' : 'stopped', swept: done.swept, started: done.started.slice(0, TOLD), stoppedAfter };
  },
});

/** How far a sweep has come; `after` is the last service that it is through with. */
type Progress = { after: string | null; swept: number; readonly started: string[]; readonly troubles: string[] };

/** False when it stopped before the last service. */
async function sweepAll(ports: Ports, done: Progress): Promise<boolean> {
  for (;;) {
    const page = await ports.sweep.services(done.after, PAGE);
    if (page.length === 0) return true;
    for (const { name, since } of page) {
      // The first is swept however little time there is, so that each sweep comes further.
      if (done.swept > 0 && ports.clock.remaining() < MARGIN_MS) return false;
      const trouble = await sweepOne(ports, name, since, done.started).then(() => null, asError);
      if (trouble instanceof RateLimitedError) return false;
      if (trouble !== null) done.troubles.push(`${name}: ${trouble.message}`);
      done.swept += 1;
      done.after = name;
    }
  }
}

function describeTroubles({ troubles, swept, started }: Progress): string {
  const told = troubles.slice(0, TOLD_TROUBLES);
  const causes = told.map((trouble) => oneLine(trouble, Math.floor(TROUBLES_LIMIT / told.length)));
  return `${troubles.length} of ${swept} services could not be swept: ${causes.join('; ')}; ${started.length} executions were started.`;
}

/** One service that can't be looked at keeps nobody from the others. */
async function sweepOne(ports: Ports, name: string, since: Instant, started: string[]): Promise<void> {
  const service = await ports.services.service(name);
  if (service === null) return;
  const [newest, targets] = await Promise.all([newestOf(ports.registry, service, since), sweptTargets(ports, service)]);
  for (const start of sweepService({ service, since, newest, targets })) {
    if (await wasTried(ports.records, start)) continue;
    if ((await ports.executions.start(start.name, start.request)) === 'started') started.push(start.name);
    else if (start.request.trigger === 'next') await dropNext(ports.targets, targets, start);
  }
}

/**
 * What waited has its execution, and that has not taken the target: the tag was moved or deleted, a person rejected it, or is being asked.
 * It is not started twice, and would hide an older release that is missing. A target that changed since is the next sweep's.
 */
async function dropNext(store: Ports['targets'], targets: readonly SweptTarget[], { request }: OwnStart): Promise<void> {
  const waiting = targets.find(({ key }) => targetName(key) === targetName(request));
  if (waiting !== undefined) await store.change(waiting.key, waiting.state, { next: null });
}

async function newestOf(registry: Ports['registry'], service: Service, since: Instant): Promise<SweptRelease | null> {
  let newest: SweptRelease | null = null;
  for await (const images of registry.taggedImages(service.repository)) newest = newer(newest, newestImage(images, service, since));
  return newest;
}

async function sweptTargets({ targets, executions, clock }: Ports, service: Service): Promise<readonly SweptTarget[]> {
  const states = await statesOf(targets, targetsOf({ services: [service] }));
  return Promise.all(states.map(async ({ key, state }) => ({ key, state, holderRuns: await holderRuns(executions, state, clock.now()) })));
}

/** A release that never had the claim may have been tried all the same: a person rejected it, or the world refused us before. */
async function wasTried(records: Ports['records'], { request }: OwnStart): Promise<boolean> {
  if (request.trigger === 'next') return false;
  return (await records.history(request, RECENT)).some(({ release }) => release.digest === request.digest);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
