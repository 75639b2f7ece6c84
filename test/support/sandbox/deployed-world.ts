import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { type Document, parseDocument } from 'yaml';
import { applyText } from '../../../cli/commands/apply.ts';
import { PACKAGE_FOLDER, TEMPLATE_FILE } from '../../../cli/sandbox/package-stack.ts';
import { REPOSITORY } from '../../../sandbox/scenarios/config-repository.ts';
import { createRepository, type Image, pushImage } from '../../../sandbox/scenarios/image.ts';
import type { ScenarioName } from '../../../sandbox/scenarios/names.ts';
import type { ScenarioWorld } from '../../../sandbox/scenarios/scenario-world.ts';
import { type ScenarioOptions, type StartedScenario, startScenarioIn, type StartWorld } from '../../../sandbox/scenarios/start-scenario.ts';
import { startWorld, type World } from '../../../sandbox/world.ts';
import { createApprovalStore } from '../../../src/adapters/dynamodb/approval-store.ts';
import { createMergeStore } from '../../../src/adapters/dynamodb/merge-store.ts';
import { createRecordStore } from '../../../src/adapters/dynamodb/record-store.ts';
import { openTable } from '../../../src/adapters/dynamodb/table.ts';
import { createTargetStore } from '../../../src/adapters/dynamodb/target-store.ts';
import type { TargetKey } from '../../../src/domain/deployment.ts';
import type { ApprovalStore, MergeStore, RecordStore, TargetStore } from '../../../src/ports/deployment-store.ts';
import { driveExecutions, type Ended, type Executions } from './executions.ts';

const STAGE = 'sandbox';

/** The one target of the sandbox's own `slipway.yaml`. */
export const DEV: TargetKey = { service: 'inference-service', environment: 'dev', target: 'eu' };

/** A scenario's world with its services applied: what tests push to, and where they look afterwards. */
export type DeployedWorld<W extends ScenarioWorld = World> = Omit<StartedScenario<W>, 'push'> & {
  readonly executions: Executions;
  readonly targets: TargetStore;
  readonly records: RecordStore;
  readonly approvals: ApprovalStore;
  readonly merges: MergeStore;
  /** Applies the scenario's `slipway.yaml` with the changes of a test, and without the checks that would refuse what a test breaks. */
  apply(edit?: (file: Document) => void): Promise<void>;
  /** Pushes, and returns the executions that it started. */
  push(image: Image): Promise<readonly string[]>;
  /** Pushes to a repository of its own. */
  pushTo(repository: string, image: Image): Promise<readonly string[]>;
  /** Pushes under several tags, one right after the other. */
  pushWithTags(image: Image, tags: readonly string[]): Promise<readonly string[]>;
  /** Puts one more tag on an image that was pushed, or with null pushes a manifest by its digest alone. */
  putTag(image: Image, tag: string | null): Promise<readonly string[]>;
  /** Pushes, and waits for the end of what that started. */
  deploy(image: Image): Promise<Ended>;
  /** First lines of the branch's commits, oldest first, without the one that made the repository. */
  commits(): Promise<readonly string[]>;
  head(): Promise<string>;
  stop(): Promise<void>;
};

export type DeployedWorldOptions = Partial<Omit<ScenarioOptions, 'packageFolder' | 'stage'>> & {
  /** Changes the `slipway.yaml` that is applied at first. */
  readonly editFile?: (file: Document) => void;
};

/** Starts a scenario in the sandbox and applies its services. */
export function startDeployedWorld(name: ScenarioName, options?: DeployedWorldOptions): Promise<DeployedWorld> {
  return startDeployedWorldIn(startWorld, name, options);
}

/** Starts a scenario's world and applies its services. The stack is the one that `npm run package` left. */
export async function startDeployedWorldIn<W extends ScenarioWorld>(start: StartWorld<W>, name: ScenarioName, { editFile, ...options }: DeployedWorldOptions = {}): Promise<DeployedWorld<W>> {
  if (!existsSync(join(PACKAGE_FOLDER, TEMPLATE_FILE))) throw new Error('There is no packaged stack: run `npm run package` first.');
  const scenario = await startScenarioIn(start, name, { packageFolder: PACKAGE_FOLDER, stage: STAGE, ...options });
  try {
    await applyTo(scenario, editFile);
    return toDrive(scenario);
  } catch (error) {
    await scenario.world.stop();
    throw error;
  }
}

function toDrive<W extends ScenarioWorld>(scenario: StartedScenario<W>): DeployedWorld<W> {
  const { aws, git } = scenario.world;
  // A kept connection may be closed just as it is used again, on a machine with other work.
  const config = { endpoint: aws.endpointUrl, region: aws.account.region, credentials: aws.administrator, maxAttempts: 3 };
  const table = openTable({ tableName: `slipway-${STAGE}`, client: new DynamoDBClient(config) });
  const ecr = new ECRClient(config);
  const records = createRecordStore(table);
  const machine = `arn:aws:states:${aws.account.region}:${aws.account.id}:stateMachine:slipway-${STAGE}-deploy`;
  const executions = driveExecutions(aws, machine, config, records);
  const begin = (image: Image): Promise<readonly string[]> => executions.startedBy(() => scenario.push(image));
  return {
    ...scenario,
    executions,
    records,
    approvals: createApprovalStore(table),
    merges: createMergeStore(table),
    targets: createTargetStore(table),
    apply: (edit) => applyTo(scenario, edit),
    push: begin,
    pushTo: (repository, image) =>
      executions.startedBy(async () => {
        await createRepository(ecr, repository);
        await pushImage(ecr, repository, image);
      }),
    pushWithTags: (image, [tag = image.tag, ...others]) =>
      executions.startedBy(async () => {
        await scenario.push({ ...image, tag });
        for (const other of others) await putImage(ecr, image, other);
      }),
    putTag: (image, tag) => executions.startedBy(() => putImage(ecr, image, tag)),
    async deploy(image) {
      const [execution] = await begin(image);
      if (execution === undefined) throw new Error(`The push of ${image.tag} started no execution.`);
      return executions.ended(execution);
    },
    commits: async () => (await git.repository.log()).map(({ message }) => message.split('\n')[0] ?? '').reverse().slice(1),
    head: async () => (await git.repository.resolve('main')) ?? '',
    stop: () => scenario.world.stop(),
  };
}

async function putImage(ecr: ECRClient, { manifest }: Image, imageTag: string | null): Promise<void> {
  await ecr.send(new PutImageCommand({ repositoryName: REPOSITORY, imageManifest: manifest, ...(imageTag !== null && { imageTag }) }));
}

let applying: Promise<unknown> = Promise.resolve();

/** One after another: `slipway apply` finds its world through the environment, which all worlds of a process share. */
function applyTo({ slipwayFile, environment }: StartedScenario<ScenarioWorld>, edit: (file: Document) => void = () => undefined): Promise<void> {
  const file = parseDocument(slipwayFile);
  edit(file);
  const applied = applying.then(async () => {
    Object.assign(process.env, environment);
    await applyText(file.toString(), 'slipway.yaml', { stage: STAGE, check: false });
  });
  applying = applied.catch(() => undefined);
  return applied;
}
