import { setTimeout as sleep } from 'node:timers/promises';
import { imageOf, type Image } from '../../sandbox/scenarios/image.ts';
import { shuffled } from '../lab/rounds.ts';
import { createStacks, type Stacks } from '../lab/stacks.ts';
import { BENCH_TOOLS, type BenchLab, startBenchLab } from '../lab/start-bench-lab.ts';
import type { Machine } from '../machine.ts';
import type { Mode, UpdaterOptions } from './options.ts';
import { prepareImageUpdater, prepareSlipway, type UpdateContender } from './update-contenders.ts';
import { updatedServices } from './updated-applications.ts';
import { type UpdaterConfigurationFigures, updaterFigures, type UpdateRound } from './updater-figures.ts';

/** What `--json` prints: exactly these members. */
export type UpdaterReport = { readonly machine: Machine; readonly configurations: readonly UpdaterConfigurationFigures[] };

export type UpdaterPlan = Omit<UpdaterOptions, 'json'> & {
  /** What `serverless package` left for the stage. */
  readonly packageFolder: string;
  readonly stage: string;
  readonly machine: Machine;
  readonly tell: (text: string) => void;
};

/** Image Updater's, and near Argo CD's: a push that falls anywhere in it waits half of it on average. */
const POLLING_INTERVAL_MS = 120_000;

/** After it an application counts as lost: polling twice and the rollout take less. */
const LIMIT_MS = 900_000;

/** Measures each number of applications in each mode, one after the other on one lab. */
export async function measureUpdater(plan: UpdaterPlan): Promise<UpdaterReport> {
  const { applications, modes, tell } = plan;
  const repositories = updatedServices(Math.max(...applications)).map(({ repository }) => repository);
  const lab = await startBenchLab(tell, [...BENCH_TOOLS, 'image-updater']);
  const stacks = createStacks({ packageFolder: plan.packageFolder, stage: plan.stage, controlPlane: lab.kubernetes, argocdToken: lab.argocdToken, git: lab.git.credential, repositories });
  try {
    const figures: UpdaterConfigurationFigures[] = [];
    for (const mode of modes) {
      for (const count of applications) {
        tell(`${count} applications on one branch, Image Updater at its ${mode}`);
        figures.push(updaterFigures({ mode, applications: count }, await measureRounds({ lab, stacks, plan }, { mode, count, number: figures.length + 1 })));
      }
    }
    return { machine: plan.machine, configurations: figures };
  } finally {
    await stacks.stop();
    await lab.stop();
  }
}

type Measuring = { readonly lab: BenchLab; readonly stacks: Stacks; readonly plan: UpdaterPlan };
type Measured = { readonly mode: Mode; readonly count: number; readonly number: number };

async function measureRounds({ lab, stacks, plan }: Measuring, { mode, count, number }: Measured): Promise<readonly UpdateRound[]> {
  const image = (round: number) => imageOf(`1.${number}.${round}`);
  const world = { lab, services: updatedServices(count), firstImage: image(0), number };
  const slipway = await prepareSlipway(world, stacks);
  const updater = await prepareImageUpdater(world, mode);
  const rounds: UpdateRound[] = [];
  // In the first one caches fill and functions start: it does not count.
  for (let round = 0; round <= plan.rounds; round++) {
    const took = new Map<string, readonly (number | null)[]>();
    for (const contender of shuffled([slipway, updater], Math.random)) {
      await lab.observer.settled([...slipway.applications, ...updater.applications]);
      if (mode === 'default') await sleep(Math.random() * POLLING_INTERVAL_MS);
      took.set(contender.name, await update(lab, contender, image(round + 1)));
      plan.tell(`round ${round} of ${plan.rounds}: ${contender.name} ${describe(took.get(contender.name) ?? [])}`);
    }
    if (round > 0) rounds.push({ slipway: took.get('slipway') ?? [], updater: took.get('updater') ?? [] });
  }
  await slipway.stop();
  await updater.stop();
  return rounds;
}

async function update({ observer }: BenchLab, { applications, push }: UpdateContender, image: Image): Promise<readonly (number | null)[]> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  const gaveUp = new Promise<null>((resolve) => limit.addEventListener('abort', () => resolve(null)));
  const seen = applications.map((application) => Promise.race([observer.rolledOutAt({ namespaces: [application], imageEnd: `:${image.tag}`, replicas: 1 }), gaveUp]));
  const accepted = await push(image);
  return Promise.all(seen.map(async (one, index) => {
    const readyAt = await one;
    return readyAt === null ? null : readyAt - (accepted[index] ?? 0);
  }));
}

function describe(took: readonly (number | null)[]): string {
  const lost = took.filter((one) => one === null).length;
  return `took ${Math.round(Math.max(...took.map((one) => one ?? 0)) / 1000)} s until the last application${lost === 0 ? '' : `, and lost ${lost}`}`;
}
