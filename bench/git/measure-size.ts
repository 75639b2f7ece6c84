import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configRepository } from '../config-repository.ts';
import { startConfigServer } from '../lab/config-server.ts';
import { rounded, type Summary, summarize } from '../statistics.ts';
import { CONTENDERS, type Contender, createContenders, SLOW } from './size-contenders.ts';

const SIZES = [10, 1_000, 20_000] as const;

/** The slow ones commit in each fifth round. */
const SLOW_EVERY = 5;

const WARM_UP = 2;

export type SizeFigures = {
  /** The largest repository's median by the smallest's, of Slipway in a new function. */
  readonly ratio: number | null;
  /** The same of each contender, and its times in milliseconds by the number of files. */
  readonly contenders: Readonly<Record<Contender, { readonly ratio: number | null; readonly files: Readonly<Record<string, Summary | null>> }>>;
};

type Samples = ReadonlyMap<Contender, ReadonlyMap<number, number[]>>;

export type SizePlan = { readonly commits: number; readonly tell: (text: string) => void };

/** Commits of one value by turns, so that what the machine does meanwhile falls on every contender and size. */
export async function measureSize({ commits, tell }: SizePlan): Promise<SizeFigures> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-bench-size-'));
  const server = await startConfigServer(root);
  try {
    const urls = new Map<number, string>();
    for (const size of SIZES) {
      tell(`making a repository of ${size} files`);
      urls.set(size, await server.createRepository(`files-${size}`, configRepository(size)));
    }
    const samples: Samples = new Map(CONTENDERS.map((contender) => [contender, new Map(SIZES.map((size) => [size, new Array<number>()]))]));
    const contenders = createContenders();
    for (let round = 1 - WARM_UP; round <= commits; round++) {
      if (round > 0) tell(`commit ${round} of ${commits} to each`);
      for (const [contender, bySize] of samples) {
        if (SLOW.includes(contender) && (round < 1 || (round - 1) % SLOW_EVERY > 0)) continue;
        for (const [size, times] of bySize) {
          const begun = performance.now();
          await contenders[contender]({ url: urls.get(size) ?? '', credential: server.credential }, `${contender}-${round + WARM_UP}`);
          if (round > 0) times.push(performance.now() - begun);
        }
      }
    }
    return sizeFigures(samples);
  } finally {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  }
}

export function sizeFigures(samples: Samples): SizeFigures {
  const of = (contender: Contender) => {
    const bySize = [...(samples.get(contender) ?? [])].toSorted(([a], [b]) => a - b).map(([size, times]) => [size, summarize(times)] as const);
    const [smallest, largest] = [bySize[0]?.[1], bySize.at(-1)?.[1]];
    return { ratio: smallest && largest ? rounded(largest.p50 / smallest.p50, 2) : null, files: Object.fromEntries(bySize) };
  };
  const contenders = { slipway: of('slipway'), kept: of('kept'), git: of('git'), isomorphic: of('isomorphic') };
  return { ratio: contenders.slipway.ratio, contenders };
}
