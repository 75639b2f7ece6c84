import { ECRClient } from '@aws-sdk/client-ecr';
import { deployStack, startWorld, type World, type WorldOptions } from '../world.ts';
import { configFiles, REPOSITORY } from './config-repository.ts';
import { createRepository, type Image, imageOf, pushImage, putImage } from './image.ts';
import type { ScenarioName } from './names.ts';
import { INFERENCE, type SampleService, withApplications } from './sample-services.ts';
import { requireServicePackages } from '../service-runtime.ts';
import type { ScenarioWorld } from './scenario-world.ts';
import { SCENARIOS } from './scenarios.ts';
import { slipwayFile } from './slipway-file.ts';
import { troublesOf } from './troubles.ts';

export type StartedScenario<W extends ScenarioWorld = World> = {
  readonly world: W;
  /** What `slipway apply` is given. */
  readonly slipwayFile: string;
  /** Points the AWS SDK and the CLI at the sandbox, as its administrator. */
  readonly environment: Readonly<Record<string, string>>;
  readonly services: readonly SampleService[];
  readonly oldImage: Image;
  readonly newImage: Image;
  /** Pushes an image to the sandbox's ECR with the AWS SDK, to the sample service's repository unless another is named. */
  readonly push: (image: Image, repository?: string) => Promise<void>;
  /** Puts one more tag on an image that was pushed to the sample service's repository. */
  readonly addTag: (image: Image, tag: string) => Promise<void>;
};

/** What is given here comes before what the scenario says. */
export type ScenarioOptions = Pick<WorldOptions, 'packageFolder' | 'stage'> & Partial<WorldOptions> & {
  /** Changes the packaged template before it is deployed. */
  readonly editTemplate?: Parameters<typeof deployStack>[2];
};

/** Starts a world: the sandbox's, or one around a real cluster and a real Argo CD. */
export type StartWorld<W extends ScenarioWorld> = (options: WorldOptions) => Promise<W>;

/** Starts a scenario in the sandbox. */
export function startScenario(name: ScenarioName, options: ScenarioOptions): Promise<StartedScenario> {
  return startScenarioIn(startWorld, name, options);
}

/** Starts a world in which 1.0.0 runs, ready for what the scenario is about: the push of 1.1.0 as a rule. */
export async function startScenarioIn<W extends ScenarioWorld>(start: StartWorld<W>, name: ScenarioName, { editTemplate, ...options }: ScenarioOptions): Promise<StartedScenario<W>> {
  const scenario = SCENARIOS[name];
  const { services = [INFERENCE], committedBefore, runsService } = scenario;
  if (runsService === true) requireServicePackages();
  const [oldImage, newImage] = [imageOf('1.0.0'), imageOf('1.1.0')];
  const troubles = troublesOf(scenario, newImage);
  const world = await start({
    configFiles: configFiles(committedBefore === true ? newImage : oldImage, scenario),
    ...(runsService === true && { exposedService: INFERENCE.application }),
    argocd: { editManifest: (manifest) => withApplications(manifest, services) },
    ...troubles.options,
    ...options,
  });
  try {
    const { accessKeyId, secretAccessKey } = world.aws.administrator;
    const { region } = world.aws.account;
    const ecr = new ECRClient({ endpoint: world.aws.endpointUrl, region, credentials: { accessKeyId, secretAccessKey } });
    await Promise.all(services.map((service) => runOldImage({ world, ecr }, service, oldImage)));
    await deployStack(world, options.packageFolder, editTemplate);
    await troubles.begin(world);
    return {
      world,
      slipwayFile: slipwayFile(world, scenario),
      environment: { AWS_ENDPOINT_URL: world.aws.endpointUrl, AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      services,
      oldImage,
      newImage,
      push: (image, repository = REPOSITORY) => pushImage(ecr, repository, image),
      addTag: (image, tag) => putImage(ecr, REPOSITORY, { ...image, tag }),
    };
  } catch (error) {
    await world.stop();
    throw error;
  }
}

async function runOldImage({ world, ecr }: { readonly world: ScenarioWorld; readonly ecr: ECRClient }, { repository, application }: SampleService, oldImage: Image): Promise<void> {
  await createRepository(ecr, repository);
  await pushImage(ecr, repository, oldImage);
  await world.cluster.untilAvailable('inference', application);
}
