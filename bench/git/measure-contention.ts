import { setTimeout as sleep } from 'node:timers/promises';
import { mean, summarize } from '../statistics.ts';
import { committedTwice, tagsOnBranch } from './branch-check.ts';
import { serviceName, startCommitWorld } from './commit-world.ts';
import { type Committed, createDeployer, releaseOf } from './deployer.ts';
import { startRival } from './rival.ts';

export const RIVAL_EVERY_MS = 200;

const WITHIN_MS = 1000;

/** Times are milliseconds from the beginning of CommitRelease to its commit. */
export type ContentionFigures = {
  readonly services: number;
  readonly rounds: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly max: number | null;
  /** Pushes that the server took, in a round; `lostPushes` those that came second. */
  readonly pushes: number;
  readonly lostPushes: number;
  readonly failed: number;
  /** Services whose values on the branch are not their newest release, and rivals whose last commit is gone. */
  readonly lost: number;
  /** Releases with more than one commit. */
  readonly twice: number;
  /** How the first one failed. */
  readonly failure: string | null;
};

type Round = Pick<ContentionFigures, 'pushes' | 'lostPushes' | 'lost' | 'twice'> & { readonly times: readonly number[]; readonly failures: readonly string[] };

export type ContentionPlan = { readonly services: number; readonly rounds: number; readonly tell: (text: string) => void };

/** Every service gets a release within one second, all on one branch, while a rival commits elsewhere on it. */
export async function measureContention({ services, rounds, tell }: ContentionPlan): Promise<ContentionFigures> {
  const played: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    tell(`${services} services within one second, ${round} of ${rounds}`);
    played.push(await playRound(services));
  }
  const summary = summarize(played.flatMap(({ times }) => times));
  const sum = (count: (round: Round) => number): number => played.map(count).reduce((a, b) => a + b, 0);
  return {
    services,
    rounds,
    p50: summary?.p50 ?? null,
    p95: summary?.p95 ?? null,
    max: summary?.max ?? null,
    pushes: mean(played.map(({ pushes }) => pushes)),
    lostPushes: mean(played.map(({ lostPushes }) => lostPushes)),
    failed: sum(({ failures }) => failures.length),
    lost: sum(({ lost }) => lost),
    twice: sum(({ twice }) => twice),
    failure: played.flatMap(({ failures }) => failures)[0] ?? null,
  };
}

async function playRound(count: number): Promise<Round> {
  const world = await startCommitWorld(count);
  try {
    const deployer = createDeployer(world);
    const names = Array.from({ length: count }, (_, index) => serviceName(index));
    const inputs = await Promise.all(names.map((name) => deployer.claim(name, releaseOf(name, '2.0.0'))));
    const rival = startRival(world.repository, RIVAL_EVERY_MS);
    const results = await Promise.all(
      inputs.map(async (input, index): Promise<Committed> => {
        await sleep((index * WITHIN_MS) / count);
        return input === null ? { status: 'not claimed', took: 0 } : deployer.commit(input);
      }),
    );
    const { isThere } = await rival.stop();
    const tags = await tagsOnBranch(world, names);
    const good = results.filter(({ status }) => status === 'committed');
    const failures = results.filter(({ status }) => status !== 'committed').map(({ status, error }) => error ?? status);
    const lost = [...tags.values()].filter((tag) => tag !== '2.0.0').length + (isThere ? 0 : 1);
    return { times: good.map(({ took }) => took), failures, pushes: world.pushes.taken, lostPushes: world.pushes.lost, lost, twice: await committedTwice(world) };
  } finally {
    await world.stop();
  }
}
