import { ECRClient } from '@aws-sdk/client-ecr';
import type { BareRepository } from '../git/bare-repository.ts';
import type { Kubernetes, KubernetesOptions } from '../kubernetes/start.ts';
import { deployStack, startWorld, type World, type WorldOptions } from '../world.ts';
import { configFiles, REPOSITORY, VALUES_FILE } from './config-repository.ts';
import { createRepository, type Image, imageOf, pushImage } from './image.ts';
import type { ScenarioName } from './names.ts';
import { type PodFault, SCENARIOS } from './scenarios.ts';
import { slipwayFile } from './slipway-file.ts';

export type StartedScenario = {
  readonly world: World;
  /** What `slipway apply` is given. */
  readonly slipwayFile: string;
  /** Points the AWS SDK and the CLI at the sandbox, as its administrator. */
  readonly environment: Readonly<Record<string, string>>;
  readonly oldImage: Image;
  readonly newImage: Image;
  /** Pushes an image to the sandbox's ECR with the AWS SDK. */
  push(image: Image): Promise<void>;
};

/** What is given here comes before what the scenario says. */
export type ScenarioOptions = Pick<WorldOptions, 'packageFolder' | 'stage'> & Partial<WorldOptions> & {
  /** Changes the packaged template before it is deployed. */
  readonly editTemplate?: Parameters<typeof deployStack>[2];
};

/** Starts a world in which version 1 runs, ready for the push of version 2 that the scenario is about. */
export async function startScenario(name: ScenarioName, { editTemplate, ...options }: ScenarioOptions): Promise<StartedScenario> {
  const { fault, committedBefore, race } = SCENARIOS[name];
  const [oldImage, newImage] = [imageOf('1.0.0'), imageOf('1.1.0')];
  const world = await startWorld({
    configFiles: configFiles(committedBefore === true ? newImage : oldImage),
    ...(fault && { faultOf: faultOfImage(newImage, fault) }),
    ...(race === true && { beforePush: onceSomebodyElse() }),
    ...options,
  });
  try {
    const { accessKeyId, secretAccessKey } = world.aws.administrator;
    const { region } = world.aws.account;
    const ecr = new ECRClient({ endpoint: world.aws.endpointUrl, region, credentials: { accessKeyId, secretAccessKey } });
    await createRepository(ecr, REPOSITORY);
    await pushImage(ecr, REPOSITORY, oldImage);
    await untilAvailable(world.kubernetes, 'inference', 'inference-dev');
    await deployStack(world, options.packageFolder, editTemplate);
    const environment = { AWS_ENDPOINT_URL: world.aws.endpointUrl, AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    return { world, slipwayFile: slipwayFile(world), environment, oldImage, newImage, push: (image) => pushImage(ecr, REPOSITORY, image) };
  } catch (error) {
    await world.stop();
    throw error;
  }
}

function faultOfImage({ digest }: Image, fault: PodFault): NonNullable<KubernetesOptions['faultOf']> {
  return (pod) => (pod.spec.containers.some(({ image }) => image.endsWith(digest)) ? fault : undefined);
}

/** Before the first push is seen, somebody scales the service up in the same file. */
function onceSomebodyElse(): (repository: BareRepository) => Promise<void> {
  let done = false;
  return async (repository) => {
    if (done) return;
    done = true;
    const text = (await repository.readFiles('main', [VALUES_FILE]))[VALUES_FILE] ?? '';
    await repository.commit({ message: 'Scale inference-service to 3', files: { [VALUES_FILE]: text.replace('replicaCount: 2', 'replicaCount: 3') } });
  };
}

/** Resolves once every replica of the Deployment is available. */
async function untilAvailable({ store }: Pick<Kubernetes, 'store'>, namespace: string, name: string): Promise<void> {
  const isAvailable = (): boolean => {
    const deployment = store.get('Deployment', namespace, name);
    return deployment !== null && (deployment.status.availableReplicas ?? 0) >= (deployment.spec.replicas ?? 1);
  };
  await new Promise<void>((resolve) => {
    const stop = store.watch(() => {
      if (!isAvailable()) return;
      stop();
      resolve();
    });
    if (isAvailable()) {
      stop();
      resolve();
    }
  });
}
