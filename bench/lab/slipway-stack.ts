import { ECRClient } from '@aws-sdk/client-ecr';
import { applyText } from '../../cli/commands/apply.ts';
import { useOnlyAws } from '../../cli/sandbox/own-world.ts';
import { type DeployedStack, findStack } from '../../cli/stack.ts';
import { type Aws, startAws } from '../../sandbox/aws/start-aws.ts';
import { createRepository } from '../../sandbox/scenarios/image.ts';
import { invocationOf } from '../deploy-image.ts';
import type { Invocation } from '../deployment-sample.ts';
import { type LoggedRequest, startRequestLog } from '../request-log.ts';
import { letIn, letOut } from '../../lab/kubernetes/eks-access.ts';
import type { ControlPlane } from '../../lab/kubernetes/start-control-plane.ts';
import { monotonic } from './contender.ts';

/** As the sandbox's EKS and `slipway.yaml` know the lab's cluster. */
export const CLUSTER = 'lab';

const ACCOUNT = { id: '111122223333', region: 'eu-central-1' };

/** Where and when, by both clocks. */
export type Accepted = { readonly monotonic: number; readonly wall: number };

/** The packaged stack in an AWS of its own, with the lab's cluster in its EKS. Every function of it is new. */
export type SlipwayStack = {
  readonly aws: Aws;
  readonly deployed: DeployedStack;
  readonly ecr: ECRClient;
  /** When the registry accepted the last tagged manifest of a repository. */
  accepted(repository: string): Accepted;
  apply(slipwayFile: string): Promise<void>;
  /** What the functions and AWS did since the last call. */
  take(): { readonly invocations: readonly Invocation[]; readonly requests: readonly LoggedRequest[] };
  stop(): Promise<void>;
};

export type StackOptions = {
  /** What `serverless package` left. */
  readonly packageFolder: string;
  readonly stage: string;
  readonly controlPlane: ControlPlane;
  readonly argocdToken: string;
  readonly git: { readonly username: string; readonly password: string };
  /** In ECR. */
  readonly repositories: readonly string[];
};

/** Sets the environment by which the AWS SDK finds it: one at a time. */
export async function startSlipwayStack(options: StackOptions): Promise<SlipwayStack> {
  const invocations: Invocation[] = [];
  const accepted = new Map<string, Accepted>();
  const aws = await startAws({
    account: ACCOUNT,
    onInvocation: (record) => void invocations.push(invocationOf(record)),
    carryEvent(event, publish) {
      if (event.source === 'aws.ecr') accepted.set(String(event.detail['repository-name']), { monotonic: monotonic(), wall: Date.now() });
      publish(event);
    },
  });
  const port = Number(new URL(aws.endpointUrl).port);
  const log = startRequestLog((one) => (one === port ? 'aws' : null));
  const identity = `bench-${crypto.randomUUID()}`;
  async function stop(): Promise<void> {
    log.stop();
    await letOut(options.controlPlane, identity);
    await aws.stop();
  }
  try {
    const { deployed, ecr } = await deploy(aws, options, identity);
    return {
      aws,
      deployed,
      ecr,
      accepted: (repository) => accepted.get(repository) ?? notPushed(repository),
      apply: async (slipwayFile) => void (await applyText(slipwayFile, 'slipway.yaml', { stage: options.stage, check: true, prune: true })),
      take: () => ({ invocations: invocations.splice(0), requests: log.take() }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function notPushed(repository: string): never {
  throw new Error(`Nothing was pushed to ${repository}.`);
}

async function deploy(aws: Aws, { packageFolder, stage, controlPlane, argocdToken, git, repositories }: StackOptions, identity: string) {
  const { accessKeyId, secretAccessKey } = aws.administrator;
  useOnlyAws({ AWS_ENDPOINT_URL: aws.endpointUrl, AWS_REGION: ACCOUNT.region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  aws.eks.addCluster({ name: CLUSTER, endpoint: controlPlane.url, caPem: controlPlane.caPem });
  aws.secrets.putSecret('slipway/git', JSON.stringify(git));
  aws.secrets.putSecret('slipway/argocd', JSON.stringify({ token: argocdToken }));
  const { outputs } = await aws.deploy(packageFolder, `slipway-${stage}`);
  const entry = { principalArn: outputs['ClusterReaderRoleArn'] ?? '', kubernetesGroups: ['slipway'] };
  aws.eks.addAccessEntry(CLUSTER, entry);
  await letIn(controlPlane, { id: identity, clusterName: CLUSTER, stsUrl: aws.endpointUrl, entries: [entry] });
  const ecr = new ECRClient({});
  for (const repository of repositories) await createRepository(ecr, repository);
  return { deployed: await findStack(stage), ecr };
}
