import { setTimeout as sleep } from 'node:timers/promises';
import { STORM } from '../../../sandbox/scenarios/event-loss.ts';
import { type Image, imageOf } from '../../../sandbox/scenarios/image.ts';
import type { SampleService } from '../../../sandbox/scenarios/sample-services.ts';
import type { Outcome } from '../../../src/domain/deployment.ts';
import { EXIT } from '../../exit.ts';
import type { ExecutionReport } from '../../report.ts';
import { showCommand } from '../by-hand.ts';
import { livePods } from '../live-pods.ts';
import { STAGE } from '../own-world.ts';
import { type Play, toldOf } from '../play.ts';
import { executions, inputOf, type Scene, tell, untilNextSecond, untilQuiet, watch } from '../scene.ts';
import { describeStorm } from './storm-table.ts';

/** What became of one service. */
export type StormedService = {
  readonly name: string;
  /** Tags in the order of their pushes. */
  readonly pushed: readonly string[];
  /** Tags of what its pods run. */
  readonly live: readonly string[];
  /** Tags in the order of their commits. */
  readonly deployed: readonly string[];
  readonly executions: Readonly<Partial<Record<Outcome, number>>>;
  /** The newest is live, and nothing was deployed twice or after something newer. */
  readonly right: boolean;
};

/** Events of the pushes: those that were lost and those that came twice are among them. */
export type StormedEvents = { readonly pushes: number; readonly delivered: number; readonly lost: number; readonly repeated: number };

const BETWEEN_SERVICES_MS = 120;

type Ended = { readonly service: string; readonly report: ExecutionReport };

/** Many pushes whose events come late, twice or never; then one sweep. */
export const storm: Play = async (scene) => {
  const { services, world } = scene.scenario;
  const begunAt = Date.now();
  const images = await pushAll(scene);
  await sleep(STORM.latestMs);
  await untilQuiet(scene);
  tell(`\nEverything that EventBridge heard of is deployed after ${secondsSince(begunAt)}. The sweep comes every 30 minutes; now it comes at once.`);
  const before = (await allEnded(scene)).length;
  showCommand(`aws lambda invoke --function-name slipway-${STAGE}-sweep-releases /dev/stdout`);
  world.aws.events.fire(`slipway-${STAGE}-sweep-due`);
  await untilQuiet(scene);
  const ended = await allEnded(scene);
  tell(`It started ${ended.length - before} executions, which ended after ${secondsSince(begunAt)}.\n`);
  const stormed = await Promise.all(services.map((service) => stormedService(scene, service, images, ended)));
  const events = stormedEvents(scene, images.length * services.length);
  const shown = lastDeployment(ended, (stormed.find(({ right }) => !right) ?? stormed[0])?.name);
  return {
    code: stormed.every(({ right }) => right) ? EXIT.succeeded : EXIT.failed,
    text: describeStorm(stormed, events),
    json: toldOf(shown, { json: { storm: { events, services: stormed } } }).json,
  };
};

/** Every second one more release of each service, one service after the other. */
async function pushAll({ scenario: { services, push } }: Scene): Promise<readonly Image[]> {
  const images = Array.from({ length: STORM.pushes }, (_, index) => imageOf(`1.${index + 1}.0`));
  tell('');
  for (const image of images) {
    await untilNextSecond();
    tell(`Pushing ${image.tag} of ${services.length} services to ECR …`);
    for (const [place, { repository }] of services.entries()) {
      await sleep(place === 0 ? 0 : BETWEEN_SERVICES_MS);
      await push(image, repository);
    }
  }
  return images;
}

async function allEnded(scene: Scene): Promise<readonly Ended[]> {
  const arns = (await executions(scene)).toReversed().map(({ executionArn = '' }) => executionArn);
  const ended = await Promise.all(
    arns.map(async (executionArn): Promise<Ended | null> => {
      const input = await inputOf(scene, executionArn);
      return input === null ? null : { service: input.service ?? input.repository?.name ?? '', report: await watch(scene, executionArn, () => undefined) };
    }),
  );
  return ended.filter((one) => one !== null);
}

async function stormedService(scene: Scene, { name, application }: SampleService, images: readonly Image[], ended: readonly Ended[]): Promise<StormedService> {
  const pushed = images.map(({ tag }) => tag);
  const subjects = (await scene.scenario.world.git.repository.log()).toReversed().map(({ message }) => message.split('\n')[0] ?? '');
  const deployed = subjects.flatMap((subject) => new RegExp(`^deploy\\([^)]*\\): ${name} (\\S+)$`).exec(subject)?.[1] ?? []);
  const live = [...new Set((await livePods(scene, application)).map(({ digest }) => images.find((image) => image.digest === digest)?.tag ?? digest ?? 'unknown'))];
  const order = deployed.map((tag) => pushed.indexOf(tag));
  const isForward = order.every((place, index) => place > (order[index - 1] ?? -1));
  return { name, pushed, live, deployed, executions: outcomes(ended.filter(({ service }) => service === name)), right: isForward && live.length === 1 && live[0] === pushed.at(-1) };
}

function outcomes(ended: readonly Ended[]): StormedService['executions'] {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { report: { summary: { outcome } } } of ended) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

function stormedEvents({ scenario: { world, oldImage } }: Scene, pushes: number): StormedEvents {
  const heard = world.aws.events.events().filter(({ source, detail }) => source === 'aws.ecr' && detail['image-tag'] !== oldImage.tag);
  const distinct = new Set(heard.map(({ id }) => id)).size;
  return { pushes, delivered: heard.length, lost: pushes - distinct, repeated: heard.length - distinct };
}

/** The last execution that deployed something of a service. */
function lastDeployment(ended: readonly Ended[], service: string | undefined): ExecutionReport {
  const own = ended.filter((one) => one.service === service && one.report.attempts.length > 0);
  const last = own.at(-1) ?? ended.at(-1);
  if (last === undefined) throw new Error('The storm started no execution.');
  return last.report;
}

function secondsSince(begunAt: number): string {
  return `${((Date.now() - begunAt) / 1000).toFixed(1)} s`;
}
