import { setTimeout as sleep } from 'node:timers/promises';
import { ECRClient } from '@aws-sdk/client-ecr';
import { SFNClient } from '@aws-sdk/client-sfn';
import { REPOSITORY } from '../../sandbox/scenarios/config-repository.ts';
import { imageOf, pushImage } from '../../sandbox/scenarios/image.ts';
import { ConfigurationError, NotFoundError } from '../../src/domain/errors.ts';
import { watchExecution } from '../execution/watch-execution.ts';
import { EXIT } from '../exit.ts';
import { describeReport } from '../output/report.ts';
import { lookOf } from '../output/terminal.ts';
import { findStack } from '../stack.ts';
import { STAGE } from './own-world.ts';
import { executions, inputOf, type Scene, tell } from './scene.ts';

/** How long an event may be on its way, in milliseconds. */
const PATIENCE_MS = 30_000;

/** Pushes the sample service's image of a tag to the sandbox that the environment names, and shows what that starts to its end. */
export async function pushToSandbox(tag: string): Promise<number> {
  requireSandbox(process.env['AWS_ENDPOINT_URL']);
  const image = imageOf(tag);
  const scene = { stack: await findStack(STAGE), client: new SFNClient({}) };
  const earlier = (await executions(scene)).map(({ executionArn }) => executionArn);
  tell(`Pushing ${REPOSITORY}:${image.tag} to ECR …`);
  await pushImage(new ECRClient({}), REPOSITORY, image);
  const executionArn = await startedSince(scene, earlier);
  tell(`EventBridge started ${executionArn}\n`);
  const { report } = await watchExecution(scene.client, scene.stack, executionArn);
  console.log(`\n${describeReport(report, lookOf(process.stdout))}`);
  return report.summary.outcome === 'succeeded' ? EXIT.succeeded : EXIT.failed;
}

/** What is pushed here is a name and a digest, which is no image for anybody's AWS. */
function requireSandbox(endpoint: string | undefined): void {
  if (endpoint?.startsWith('http://127.0.0.1:') === true) return;
  throw new ConfigurationError('AWS_ENDPOINT_URL does not name a sandbox; start one with npm start -- --scenario service --keep, and give this terminal the environment that it prints.');
}

async function startedSince(scene: Pick<Scene, 'client' | 'stack'>, earlier: readonly (string | undefined)[]): Promise<string> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(100)) {
    for (const { executionArn = '' } of await executions(scene)) {
      if (!earlier.includes(executionArn) && (await inputOf(scene, executionArn)) !== null) return executionArn;
    }
  }
  throw new NotFoundError('The push started no execution; slipway status says what runs where.');
}
