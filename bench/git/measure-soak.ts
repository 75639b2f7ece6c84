import { setTimeout as sleep } from 'node:timers/promises';
import { compareReleases, type Release } from '../../src/domain/release.ts';
import { summarize } from '../statistics.ts';
import { committedTwice, tagsOnBranch } from './branch-check.ts';
import { type CommitWorld, serviceName, startCommitWorld } from './commit-world.ts';
import { createDeployer, type Deployer, releaseOf } from './deployer.ts';
import { RIVAL_EVERY_MS } from './measure-contention.ts';
import { startRival } from './rival.ts';

const SERVICES = 5;
const WRITERS = 10;

/** At most this long a writer thinks before its next release. */
const PAUSE_MS = 2000;

export type SoakFigures = {
  readonly services: number;
  readonly writers: number;
  readonly seconds: number;
  readonly releases: number;
  readonly committed: number;
  readonly superseded: number;
  readonly pushes: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly failed: number;
  /** Services whose values on the branch are not their newest release, and rivals whose last commit is gone. */
  readonly lost: number;
  readonly twice: number;
  readonly failure: string | null;
};

type Tally = { readonly newest: Map<string, Release>; readonly times: number[]; readonly failures: string[]; releases: number; superseded: number };

/** Writers that deploy to a few services again and again: a release that comes later takes over from one that has not been committed. */
export async function measureSoak({ seconds, tell }: { readonly seconds: number; readonly tell: (text: string) => void }): Promise<SoakFigures> {
  tell(`${SERVICES} services with ${WRITERS} writers each, for ${seconds} s`);
  const world = await startCommitWorld(SERVICES);
  try {
    const names = Array.from({ length: SERVICES }, (_, index) => serviceName(index));
    const tally: Tally = { newest: new Map(), times: [], failures: [], releases: 0, superseded: 0 };
    const deployer = createDeployer(world);
    const until = performance.now() + 1000 * seconds;
    const rival = startRival(world.repository, RIVAL_EVERY_MS);
    const writing = names.flatMap((name) => Array.from({ length: WRITERS }, (_, writer) => write(deployer, { name, writer, until }, tally)));
    await Promise.all(writing);
    const { isThere } = await rival.stop();
    return await figuresOf(world, { names, seconds, isRivalThere: isThere }, tally);
  } finally {
    await world.stop();
  }
}

type Writer = { readonly name: string; readonly writer: number; readonly until: number };

async function write(deployer: Deployer, { name, writer, until }: Writer, tally: Tally): Promise<void> {
  for (let count = 1; performance.now() < until; count++) {
    await sleep(Math.random() * PAUSE_MS);
    const release = releaseOf(name, `w${writer}-${count}`);
    tally.releases += 1;
    const newest = tally.newest.get(name);
    if (newest === undefined || compareReleases(release, newest) > 0) tally.newest.set(name, release);
    const input = await deployer.claim(name, release);
    if (input === null) {
      tally.superseded += 1;
      continue;
    }
    const { status, took, error } = await deployer.commit(input);
    await deployer.conclude(input);
    if (status === 'committed') tally.times.push(took);
    else if (status === 'superseded') tally.superseded += 1;
    else tally.failures.push(error ?? status);
  }
}

type Soaked = { readonly names: readonly string[]; readonly seconds: number; readonly isRivalThere: boolean };

async function figuresOf(world: CommitWorld, { names, seconds, isRivalThere }: Soaked, { newest, times, failures, releases, superseded }: Tally): Promise<SoakFigures> {
  const tags = await tagsOnBranch(world, names);
  const summary = summarize(times);
  return {
    ...{ services: SERVICES, writers: WRITERS, seconds, releases, superseded },
    committed: times.length,
    pushes: world.pushes.taken,
    p50: summary?.p50 ?? null,
    p95: summary?.p95 ?? null,
    failed: failures.length,
    lost: names.filter((name) => tags.get(name) !== newest.get(name)?.tag).length + (isRivalThere ? 0 : 1),
    twice: await committedTwice(world),
    failure: failures[0] ?? null,
  };
}
