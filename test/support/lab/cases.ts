import { ECRClient } from '@aws-sdk/client-ecr';
import { Document, parseDocument } from 'yaml';
import { configFiles, REPOSITORY, VALUES_FILE } from '../../../sandbox/scenarios/config-repository.ts';
import { createRepository, type Image, imageOf, pushImage } from '../../../sandbox/scenarios/image.ts';
import type { ScenarioWorld } from '../../../sandbox/scenarios/scenario-world.ts';
import type { WorldOptions } from '../../../sandbox/world.ts';
import { chartFiles } from '../../../sandbox/argocd/chart-renderer.ts';
import { DEV, type DeployedWorld, startDeployedWorldIn } from '../sandbox/deployed-world.ts';
import type { Ended } from '../sandbox/executions.ts';
import { type Administrator, administratorOf } from './administrator.ts';
import { startWorldInLab } from './lab-world.ts';
import { openLab } from './open-lab.ts';
import type { TargetKey } from '../../../src/domain/deployment.ts';
import type { Lab } from '../../../lab/lab.ts';

/** A service of its own for a case, so that cases live side by side in one world. All that is not said is as in the sandbox's. */
export type LabCase = {
  /** Of its service, its ECR repository and its Application; its chart is `charts/<name>`, its values file `envs/dev/<name>.yaml`. */
  readonly name: string;
  /** What runs before the case begins: 1.0.0. */
  readonly running?: Image;
  /** Changes the files of its chart. */
  readonly chart?: (files: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  /** Changes its Application; null where the case makes its own later. */
  readonly application?: ((manifest: Document) => void) | null;
  /** Whether its Deployment is there before the case begins. */
  readonly deploys?: boolean;
  /** Changes what `slipway.yaml` says of its one environment. */
  readonly environment?: (dev: Document) => void;
};

export type CasesOptions = Pick<WorldOptions, 'faultOf' | 'random'> & {
  /** Changes `slipway.yaml` besides the services. */
  readonly editFile?: (file: Document) => void;
  /** Changes the AppProject. */
  readonly project?: (manifest: Document) => void;
};

/** A world with a service for each case. */
export type CasesWorld = {
  readonly world: DeployedWorld<ScenarioWorld>;
  readonly lab: Lab;
  readonly administrator: Administrator;
  /** Pushes to the repository of a case; its execution. */
  push(name: string, image: Image): Promise<string>;
  deploy(name: string, image: Image): Promise<Ended>;
  /** First lines of Slipway's commits of a service, oldest first. */
  commits(name: string): Promise<readonly string[]>;
  /** Commits to the config repository as somebody else. */
  commit(message: string, files: Readonly<Record<string, string | null>>): Promise<string>;
  values(name: string): Promise<string>;
  /** Digests that the live pods of a case's Deployment run. */
  live(name: string): Promise<readonly string[]>;
  turnAutoSyncOff(name: string): Promise<void>;
};

export const valuesFileOf = (name: string): string => `envs/dev/${name}.yaml`;
export const targetOf = (name: string): TargetKey => ({ ...DEV, service: name });

/** Starts one world for the cases, each with its service, and applies the `slipway.yaml` of them all. */
export async function startCases(cases: readonly LabCase[], { editFile = () => undefined, project = () => undefined, ...options }: CasesOptions = {}): Promise<CasesWorld> {
  const world = await startDeployedWorldIn(startWorldInLab, 'happy', {
    ...options,
    configFiles: { ...configFiles(imageOf('1.0.0')), ...Object.fromEntries(cases.flatMap(filesOf)) },
    argocd: { editManifest: (yaml) => (yaml.includes('kind: AppProject') ? withJobs(yaml, project) : [yaml, ...cases.flatMap((one) => manifestOf(yaml, one))].join('---\n')) },
    editFile(file) {
      for (const one of cases) file.setIn(['services', one.name], serviceOf(file, one));
      editFile(file);
    },
  });
  try {
    return await toDrive(world, cases);
  } catch (error) {
    await world.stop();
    throw error;
  }
}

async function toDrive(world: DeployedWorld<ScenarioWorld>, cases: readonly LabCase[]): Promise<CasesWorld> {
  const { aws, git, cluster } = world.world;
  const lab = await openLab();
  const administrator = administratorOf(lab.argocd);
  const ecr = new ECRClient({ endpoint: aws.endpointUrl, region: aws.account.region, credentials: aws.administrator, maxAttempts: 3 });
  for (const { name } of cases) await createRepository(ecr, name);
  await Promise.all(cases.filter(({ deploys, application }) => deploys !== false && application !== null).map(({ name }) => cluster.untilAvailable('inference', name)));
  let pushing: Promise<unknown> = Promise.resolve();
  // One after another: what a push has started is known by nothing else having started meanwhile.
  const push = (name: string, image: Image): Promise<string> => {
    const pushed = pushing.then(() => world.executions.startedBy(() => pushImage(ecr, name, image)));
    pushing = pushed.catch(() => undefined);
    // A release that waited may have been started meanwhile.
    return pushed.then((started) => started.find((execution) => !execution.includes(':next_')) ?? '');
  };
  return {
    world,
    lab,
    administrator,
    push,
    deploy: async (name, image) => world.executions.ended(await push(name, image)),
    commits: async (name) => (await world.commits()).filter((line) => line.split(' ').includes(name)),
    commit: (message, files) => git.repository.commit({ message, files }),
    values: async (name) => (await git.repository.readFiles('main', [valuesFileOf(name)]))[valuesFileOf(name)] ?? '',
    async live(name) {
      const pods = (await cluster.livePods('inference')).filter((pod) => new RegExp(`^${name}-[0-9a-f]+-[0-9a-z]{5}$`).test(pod.name));
      return [...new Set(pods.flatMap(({ images }) => images.map((image) => image.replace(/^.*@/, ''))))];
    },
    turnAutoSyncOff: (name) => administrator.patchApplication(name, { spec: { syncPolicy: { automated: null } } }),
  };
}

function filesOf({ name, running = imageOf('1.0.0'), chart = (files) => files }: LabCase): readonly (readonly [path: string, text: string])[] {
  const files = Object.entries(chart(chartFiles())).map(([path, text]) => [`charts/${name}/${path}`, text] as const);
  const values = (configFiles(running)[VALUES_FILE] ?? '').replaceAll(REPOSITORY, name).replace(/progressDeadlineSeconds: \d+/, 'progressDeadlineSeconds: 60');
  return [...files, [valuesFileOf(name), values]];
}

/** The AppProject of `argocd/` names what the chart renders, and a hook is one kind more. */
function withJobs(project: string, edit: (manifest: Document) => void): string {
  const manifest = parseDocument(project);
  edit(manifest);
  manifest.addIn(['spec', 'namespaceResourceWhitelist'], { group: 'batch', kind: 'Job' });
  return manifest.toString();
}

function manifestOf(dev: string, { name, application = () => undefined }: LabCase): readonly string[] {
  if (application === null) return [];
  const manifest = parseDocument(dev.replaceAll('inference-dev', name).replaceAll(VALUES_FILE, valuesFileOf(name)).replaceAll('charts/inference-service', `charts/${name}`));
  application(manifest);
  return [manifest.toString()];
}

function serviceOf(file: Document, { name, environment = () => undefined }: LabCase): unknown {
  const text = JSON.stringify((file.toJS() as { services: Record<string, unknown> }).services['inference-service']);
  const service = new Document(JSON.parse(text.replaceAll(REPOSITORY, name).replaceAll('inference-dev', name).replaceAll(VALUES_FILE, valuesFileOf(name))) as object);
  const dev = new Document(service.getIn(['environments', 'dev']));
  for (const step of ['sync', 'rollout']) dev.setIn([step, 'timeout'], '2m');
  environment(dev);
  service.setIn(['environments', 'dev'], dev.contents);
  return service.contents;
}
