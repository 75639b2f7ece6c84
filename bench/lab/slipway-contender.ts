import { DescribeExecutionCommand, paginateGetExecutionHistory, SFNClient } from '@aws-sdk/client-sfn';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { timings } from '../../src/domain/timings.ts';
import type { Attempt } from '../../src/ports/deployment-store.ts';
import { type Image, pushImage } from '../../sandbox/scenarios/image.ts';
import { now } from '../request-log.ts';
import { type Contender, monotonic, type Said } from './contender.ts';
import { criticalPath, type PathEvent } from './critical-path.ts';
import { profileCounts, type SlipwaySample } from './slipway-sample.ts';
import { REPOSITORY } from './slipway-file.ts';
import type { SlipwayStack } from './slipway-stack.ts';

export type SlipwayOptions = {
  /** The stack to deploy with: the same one again, or, for cold functions, a new one each time. */
  readonly stack: () => Promise<SlipwayStack>;
  readonly environment: string;
  readonly targets: readonly string[];
  /** Filled as deployments end. */
  readonly samples: SlipwaySample[];
};

/** Begun when the registry has accepted the image; said when the execution has succeeded: the last thing that Slipway says. */
export function createSlipway(options: SlipwayOptions): Contender {
  return {
    name: 'slipway',
    async deploy(image): Promise<Said> {
      const stack = await options.stack();
      stack.take();
      const ended = nextExecution(stack);
      await pushImage(stack.ecr, REPOSITORY, image);
      const execution = await ended;
      await refuseUnlessSucceeded(execution.arn);
      options.samples.push(await sampleOf(stack, options, image, execution));
      return { begunAt: stack.accepted(REPOSITORY).monotonic, saidAt: execution.saidAt };
    },
    stop: async () => undefined,
  };
}

/** Instants as `now` gives them, but for the one that counts. */
type Ended = { readonly arn: string; readonly from: number; readonly to: number; readonly saidAt: number };

function nextExecution({ aws }: SlipwayStack): Promise<Ended> {
  let ours: { readonly arn: string; readonly from: number } | null = null;
  return new Promise((resolve) => {
    const stop = aws.states.watch(({ executionArn, status }) => {
      ours ??= { arn: executionArn, from: now() };
      if (executionArn !== ours.arn || status === 'RUNNING') return;
      stop();
      resolve({ ...ours, to: now(), saidAt: monotonic() });
    });
  });
}

async function refuseUnlessSucceeded(executionArn: string): Promise<void> {
  const { status, cause, error } = await new SFNClient({}).send(new DescribeExecutionCommand({ executionArn }));
  if (status !== 'SUCCEEDED') throw new Error(`The deployment is no measurement: its execution ended ${status}: ${error} ${cause}`);
}

async function sampleOf(stack: SlipwayStack, { environment, targets }: SlipwayOptions, image: Image, execution: Ended): Promise<SlipwaySample> {
  const { invocations, requests } = stack.take();
  const accepted = stack.accepted(REPOSITORY).wall;
  const measured = { invocations, requests: requests.filter(({ from, to }) => from >= accepted && to <= execution.to) };
  const { records } = openStores(stack.deployed.tableName);
  const attempts = await Promise.all(
    targets.map(async (target) => {
      const [record] = await records.history({ service: REPOSITORY, environment, target }, 1);
      return succeeded(image, record?.release.tag, record?.attempts.at(-1));
    }),
  );
  const pushed = new Date(accepted).toISOString();
  const path = criticalPath(await historyOf(execution.arn));
  return { tag: image.tag, execution, timings: attempts.map(({ marks }) => timings({ ...marks, pushed })), ...measured, counts: profileCounts(path, measured, targets.length) };
}

function succeeded({ tag }: Image, recorded: string | undefined, attempt: Attempt | undefined): Attempt {
  if (recorded === tag && attempt?.outcome === 'succeeded') return attempt;
  throw new Error(`The deployment of ${tag} is no measurement: the target's last record is of ${recorded}, ${attempt?.outcome}: ${attempt?.cause}`);
}

async function historyOf(executionArn: string): Promise<readonly PathEvent[]> {
  const events: PathEvent[] = [];
  for await (const page of paginateGetExecutionHistory({ client: new SFNClient({}) }, { executionArn, maxResults: 1000 })) {
    for (const { id = 0, previousEventId = 0, type = '' } of page.events ?? []) events.push({ id, previousEventId, type });
  }
  return events;
}
