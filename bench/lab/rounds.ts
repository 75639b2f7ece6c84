import type { Image } from '../../sandbox/scenarios/image.ts';
import type { Contender, ContenderName, Run } from './contender.ts';

/** One deployment by each, in the order in which they had their turn. */
export type Round = { readonly order: readonly ContenderName[]; readonly runs: Readonly<Record<ContenderName, Run>> };

export type RoundPlan = {
  readonly contenders: readonly Contender[];
  /** Rounds before the ones that count. */
  readonly warmUp: number;
  readonly rounds: number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly imageOf: (round: number) => Image;
  /** Resolves with the instant at which an independent observer saw the image run in all targets of a contender. */
  readonly observe: (name: ContenderName, image: Image) => Promise<number>;
  /** Resolves when nothing of any contender moves any more. */
  readonly settle: () => Promise<void>;
  readonly tell: (text: string) => void;
};

/** Lets the contenders deploy one after the other, in another order each round, and waits between them until all has settled. */
export async function runRounds({ contenders, warmUp, rounds, random, imageOf, observe, settle, tell }: RoundPlan): Promise<readonly Round[]> {
  const counted: Round[] = [];
  for (let round = 1 - warmUp; round <= rounds; round++) {
    if (round === 1 || round % 5 === 0) tell(`round ${round} of ${rounds}`);
    const order = shuffled(contenders, random);
    const image = imageOf(round + warmUp);
    const runs = new Map<ContenderName, Run>();
    for (const contender of order) {
      await settle();
      const ready = observe(contender.name, image);
      const [said, readyAt] = await Promise.all([contender.deploy(image), ready]);
      runs.set(contender.name, { ...said, readyAt });
    }
    if (round > 0) counted.push({ order: order.map(({ name }) => name), runs: complete(runs) });
  }
  return counted;
}

function complete(runs: ReadonlyMap<ContenderName, Run>): Round['runs'] {
  const [slipway, script, ideal] = [runs.get('slipway'), runs.get('script'), runs.get('ideal')];
  if (slipway === undefined || script === undefined || ideal === undefined) throw new Error('A round has a contender that did not deploy.');
  return { slipway, script, ideal };
}

/** Each order is as likely as any other. */
export function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  const mixed = items.map((item) => ({ item, place: random() }));
  return mixed.toSorted((a, b) => a.place - b.place).map(({ item }) => item);
}
