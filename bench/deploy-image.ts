import { ECRClient } from '@aws-sdk/client-ecr';
import { openStores } from '../src/adapters/dynamodb/open-stores.ts';
import type { InvocationRecord } from '../sandbox/aws/lambda/lambda.ts';
import type { States } from '../sandbox/aws/states/service.ts';
import { REPOSITORY } from '../sandbox/scenarios/config-repository.ts';
import { type Image, imageOf, pushImage } from '../sandbox/scenarios/image.ts';
import type { World } from '../sandbox/world.ts';
import type { DeploymentSample, Invocation } from './deployment-sample.ts';
import { now, type RequestLog } from './request-log.ts';
import { rolledOutAt } from './rollout-watch.ts';

const TARGET = { service: 'inference-service', environment: 'dev', target: 'eu' };
const DEPLOYMENT = { namespace: 'inference', name: 'inference-dev' };

export type Deployer = {
  /** Pushes the image of a version and follows its deployment without asking anybody. @throws when it does not succeed */
  deploy(version: string): Promise<DeploymentSample>;
};

export type DeployerOptions = { readonly world: World; readonly tableName: string; readonly requests: RequestLog; /** Filled by the world as functions answer. */ readonly invocations: Invocation[] };

export function createDeployer({ world, tableName, requests, invocations }: DeployerOptions): Deployer {
  const client = timedPushClient();
  const { records } = openStores(tableName);
  return {
    async deploy(version) {
      const image = imageOf(version);
      requests.take();
      invocations.splice(0);
      const ended = nextExecution(world.aws.states);
      const available = rolledOutAt(world.kubernetes.store, { ...DEPLOYMENT, digest: image.digest });
      await pushImage(client.ecr, REPOSITORY, image);
      const execution = await ended;
      // The last answers of the functions' requests are on their way out.
      await new Promise((resolve) => setImmediate(resolve));
      const measured = { invocations: invocations.splice(0), requests: requests.take() };
      const [record] = await records.history(TARGET, 1);
      const attempt = record?.attempts.at(-1);
      if (attempt?.outcome !== 'succeeded' || record?.release.tag !== version) throw new Error(failure(image, attempt));
      return { tag: version, pushedAt: client.pushedAt(), execution, availableAt: await available, marks: attempt.marks, recorded: attempt.timings, ...measured };
    },
  };
}

function failure({ tag }: Image, attempt: { readonly outcome: string; readonly cause: string | null } | undefined): string {
  return `The deployment of ${tag} is no measurement: ${attempt === undefined ? 'it left no record' : `it ended ${attempt.outcome}: ${attempt.cause}`}.`;
}

/** An ECR client that remembers when it began to send the last PutImage. */
function timedPushClient(): { readonly ecr: ECRClient; readonly pushedAt: () => number } {
  const ecr = new ECRClient({});
  let pushedAt = 0;
  ecr.middlewareStack.add(
    (next, context) => (args) => {
      if (context.commandName === 'PutImageCommand') pushedAt = Date.now();
      return next(args);
    },
    { step: 'initialize' },
  );
  return { ecr, pushedAt: () => pushedAt };
}

/** From the start to the end of the execution that starts next. */
function nextExecution(states: States): Promise<DeploymentSample['execution']> {
  let from = 0;
  return new Promise((resolve) => {
    const stop = states.watch(({ status }) => {
      if (status === 'RUNNING') {
        from = now();
        return;
      }
      stop();
      resolve({ from, to: now() });
    });
  });
}

/** What the sandbox tells of an invocation when it has ended. */
export function invocationOf({ functionName, duration, coldStart }: InvocationRecord): Invocation {
  const to = now();
  return { functionName, from: to - duration, to, load: coldStart };
}
