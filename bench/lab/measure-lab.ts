import { imageOf } from '../../sandbox/scenarios/image.ts';
import type { Machine } from '../machine.ts';
import { type AwsProfile, readAwsProfile } from './aws-profile.ts';
import { configurationsOf, type Choice, describeConfiguration, type LabConfiguration } from './configuration.ts';
import { REPLICAS } from './repository-files.ts';
import { type ConfigurationFigures, configurationFigures, type Quantiles } from './lab-figures.ts';
import { prepareConfiguration } from './prepare-configuration.ts';
import { REPOSITORY } from './slipway-file.ts';
import { runRounds } from './rounds.ts';
import { createStacks, type Stacks } from './stacks.ts';
import { type BenchLab, startBenchLab } from './start-bench-lab.ts';

/** What `--json` prints: exactly these members. The first ones are those of the first configuration. */
export type LabReport = {
  readonly machine: Machine;
  readonly configuration: string;
  readonly ratio: Quantiles | null;
  readonly ideal: Quantiles | null;
  readonly notice: Quantiles | null;
  readonly stages: ConfigurationFigures['stages'];
  readonly profile: ConfigurationFigures['profile'] & AwsProfile;
  readonly configurations: readonly ConfigurationFigures[];
};

export type LabPlan = {
  /** What `serverless package` left for the stage. */
  readonly packageFolder: string;
  readonly stage: string;
  readonly choice: Choice;
  readonly rounds: number;
  readonly machine: Machine;
  readonly tell: (text: string) => void;
};

/** In which caches fill and the compiler learns. */
const WARM_UP = 3;

/** Measures one configuration after the other on one lab. */
export async function measureLab(plan: LabPlan): Promise<LabReport> {
  const profile = readAwsProfile();
  const configurations = configurationsOf(plan.choice);
  const lab = await startBenchLab(plan.tell);
  const stacks = createStacks({ packageFolder: plan.packageFolder, stage: plan.stage, controlPlane: lab.kubernetes, argocdToken: lab.argocdToken, git: lab.git.credential, repositories: [REPOSITORY] });
  try {
    const figures: ConfigurationFigures[] = [];
    for (const [index, configuration] of configurations.entries()) {
      plan.tell(`${describeConfiguration(configuration)} (${index + 1} of ${configurations.length})`);
      figures.push(await measureConfiguration({ lab, stacks, profile, plan }, configuration, index + 1));
    }
    return reportOf(plan.machine, profile, figures);
  } finally {
    await stacks.stop();
    await lab.stop();
  }
}

type Measuring = { readonly lab: BenchLab; readonly stacks: Stacks; readonly profile: AwsProfile; readonly plan: LabPlan };

async function measureConfiguration({ lab, stacks, profile, plan }: Measuring, configuration: LabConfiguration, number: number): Promise<ConfigurationFigures> {
  const image = (round: number) => imageOf(`1.${number}.${round}`);
  const { rounds: count, tell } = plan;
  const stackFor = configuration.start === 'cold' ? stacks.newOne : stacks.kept;
  const { contenders, applications, samples, remove } = await prepareConfiguration(lab, { configuration, number, firstImage: image(0), stackFor });
  const warmUp = configuration.start === 'cold' ? 1 : WARM_UP;
  const rounds = await runRounds({
    contenders,
    warmUp,
    rounds: count,
    random: Math.random,
    imageOf: image,
    observe: (name, { digest }) => lab.observer.rolledOutAt({ namespaces: applications[name], imageEnd: digest, replicas: REPLICAS }),
    settle: () => lab.observer.settled(Object.values(applications).flat()),
    tell,
  });
  await remove();
  return configurationFigures(configuration, { rounds, samples: samples.slice(warmUp), profile });
}

function reportOf(machine: Machine, profile: AwsProfile, configurations: readonly ConfigurationFigures[]): LabReport {
  const [first] = configurations;
  if (first === undefined) throw new Error('No configuration was chosen.');
  const { name, ratio, ideal, notice, stages } = first;
  return { machine, configuration: name, ratio, ideal, notice, stages, profile: { ...profile, ...first.profile }, configurations };
}
