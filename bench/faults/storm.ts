import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { EventCarrier } from '../../sandbox/aws/eventbridge/event.ts';
import { createLimit } from '../limit-concurrency.ts';
import { type StormService, stormImage, startStormWorld, type StormWorld } from './storm-world.ts';

export type StormPlan = {
  readonly services: number;
  /** Events that are delivered: each push that is heard of twice. */
  readonly events: number;
  /** In which they are to be delivered, in milliseconds; a machine that can't takes longer. */
  readonly within: number;
  /** Functions at work at once; more wait, as they would for cores. Those that watch a sync or a rollout wait for others, and are counted apart. */
  readonly concurrency: { readonly working: number; readonly watching: number };
  readonly tell: (text: string) => void;
};

export type StormFigures = {
  readonly events: number;
  /** Delivered: as on AWS, each has started its execution by then. */
  readonly eventsPerSecond: number;
  /** Seconds from the first push until the last event was delivered, and until the last execution had ended: the machine has two cores, and AWS has many. */
  readonly deliveredIn: number;
  readonly workedOffIn: number;
  readonly executions: number;
  /** Releases that reached their target. */
  readonly deployments: number;
  /** Releases with more than one commit, record or succeeded deployment of its own. */
  readonly duplicates: number;
  /** Services that do not run their newest release in the end. */
  readonly lost: number;
  /** Commits that put an older release in the place of a newer one. */
  readonly backwards: number;
  /** Events in the longest history. */
  readonly historyMax: number;
  readonly memoryMb: number;
};

/** One push in ten is never heard of. */
const LOST_ONE_IN = 10;

/** The longest time that an event takes, in milliseconds: longer than from one push of a service to its next. */
const LATEST = 8_000;

/** Pushes in a hurry, tells of them twice, out of order and not always, lets the sweep come due, and looks where everything ended. */
export async function measureStorm(plan: StormPlan): Promise<StormFigures> {
  plan.tell(`starting a world with ${plan.services} services`);
  const carrier = createCarrier();
  const storm = await startStormWorld(plan.services, carrier.carry);
  const memory = watchMemory();
  try {
    limitConcurrency(storm, plan.concurrency);
    const executions = watchExecutions(storm);
    await uploadAll(storm, plan);
    const begun = performance.now();
    const took = await blow(storm, carrier, plan);
    plan.tell(`${carrier.delivered()} events delivered in ${(took / 1000).toFixed(1)} s`);
    await executions.idle((left) => plan.tell(`${executions.all().length} executions, ${left} of them still run`));
    const workedOff = performance.now() - begun;
    plan.tell(`${executions.all().length} executions worked off in ${(workedOff / 1000).toFixed(1)} s; now the sweep`);
    storm.world.world.aws.events.fire(`slipway-${storm.world.world.stage}-sweep-due`);
    await storm.world.world.aws.events.settled();
    await executions.idle((left) => plan.tell(`${executions.all().length} executions, ${left} of them still run`));
    const looked = await look(storm, rounds(plan));
    const historyMax = await longestHistory(storm, executions.all());
    return { events: carrier.delivered(), eventsPerSecond: round(carrier.delivered() / (took / 1000)), deliveredIn: round(took / 1000), workedOffIn: round(workedOff / 1000), executions: executions.all().length, ...looked, historyMax, memoryMb: memory.stop() };
  } finally {
    memory.stop();
    await storm.world.stop();
  }
}

/** How often each service is pushed to. */
function rounds({ events, services }: StormPlan): number {
  return Math.ceil(((events / 2) * LOST_ONE_IN) / (LOST_ONE_IN - 1) / services);
}

const tagOf = (round: number): string => `1.${round}.0`;

type Carrier = {
  readonly carry: EventCarrier;
  /** Events delivered so far. */
  delivered(): number;
  /** Resolves when none is on its way. */
  settled(): Promise<unknown>;
};

/** Carries each event that is not lost twice, and late. */
function createCarrier(): Carrier {
  const random = randomNumbers(1);
  const deliveries: Promise<void>[] = [];
  let [heard, delivered] = [0, 0];
  const deliver: (...carried: Parameters<EventCarrier>) => Promise<void> = async (event, publish) => {
    await sleep(random() * LATEST);
    delivered += 1;
    publish(event);
  };
  return {
    carry(event, publish) {
      heard += 1;
      if (heard % LOST_ONE_IN !== 0) deliveries.push(deliver(event, publish), deliver(event, publish));
    },
    delivered: () => delivered,
    settled: () => Promise.all(deliveries),
  };
}

/** What the pushes upload before they end: the storm is of events, and a registry has many machines. */
async function uploadAll(storm: StormWorld, plan: StormPlan): Promise<void> {
  plan.tell(`uploading ${rounds(plan)} images of each service`);
  for (const service of storm.services) {
    for (let round = 1; round <= rounds(plan); round++) await storm.upload(service, stormImage(service, tagOf(round)));
  }
}

/** Pushes to one service after the other, again and again, none of which waits for another service's; returns how long it took until the last event was delivered. */
async function blow({ services, push }: StormWorld, carrier: Carrier, plan: StormPlan): Promise<number> {
  const pushes = rounds(plan) * services.length;
  const begun = performance.now();
  const done = services.map(() => Promise.resolve());
  for (let pushed = 0; pushed < pushes; pushed++) {
    await sleep(Math.max(0, begun + ((plan.within - LATEST) * pushed) / pushes - performance.now()));
    const [index, tag] = [pushed % services.length, tagOf(Math.floor(pushed / services.length) + 1)];
    const service = services[index];
    if (service !== undefined) done[index] = (done[index] ?? Promise.resolve()).then(() => push(service, stormImage(service, tag)));
    if ((pushed + 1) % 100 === 0) plan.tell(`${pushed + 1} of ${pushes} pushes, ${carrier.delivered()} events`);
  }
  await Promise.all(done);
  await carrier.settled();
  return performance.now() - begun;
}

/** As many functions at once as the machine has cores for, a few times over: more would only wait inside. */
function limitConcurrency({ world }: StormWorld, { working, watching }: StormPlan['concurrency']): void {
  const { lambda } = world.world.aws;
  const invoke = lambda.invoke.bind(lambda);
  const [work, watch] = [createLimit(working), createLimit(watching)];
  lambda.invoke = (invocation) => (WATCHES.test(invocation.functionArn) ? watch : work)(() => invoke(invocation));
}

const WATCHES = /-(sync-application|check-rollout)$/;

function watchExecutions({ world }: StormWorld): { all(): readonly string[]; idle(tell: (left: number) => void): Promise<void> } {
  const started = new Set<string>();
  const running = new Set<string>();
  world.world.aws.states.watch(({ executionArn, status }) => {
    if (status === 'RUNNING') running.add(executionArn);
    else running.delete(executionArn);
    started.add(executionArn);
  });
  return {
    all: () => [...started],
    async idle(tell) {
      for (let look = 0; running.size > 0; look++) {
        if (look % 100 === 99) tell(running.size);
        await sleep(100);
        await world.world.aws.events.settled();
      }
    },
  };
}

type Looked = Pick<StormFigures, 'deployments' | 'duplicates' | 'lost' | 'backwards'>;

async function look({ world, services }: StormWorld, last: number): Promise<Looked> {
  const messages = (await world.world.git.repository.log()).map(({ message }) => message).reverse();
  const all = await Promise.all(services.map((service) => lookAt(world, service, tagOf(last), messages)));
  const sum = (member: keyof Looked): number => all.reduce((total, one) => total + one[member], 0);
  return { deployments: sum('deployments'), duplicates: sum('duplicates'), lost: sum('lost'), backwards: sum('backwards') };
}

async function lookAt(world: StormWorld['world'], service: StormService, newest: string, messages: readonly string[]): Promise<Looked> {
  const key = { service: service.name, environment: 'dev', target: 'eu' };
  const { current, claim } = await world.targets.target(key);
  const records = await world.records.history(key, 100);
  const committed = messages.flatMap((message) => new RegExp(`^Slipway-Release: ${service.name}:1\\.(\\d+)\\.0@`, 'm').exec(message)?.slice(1).map(Number) ?? []);
  const tags = records.map(({ release }) => release.tag);
  const pods = world.world.kubernetes.store.list('Pod', 'inference').filter(({ metadata }) => metadata.name.startsWith(`${service.application}-`) && metadata.deletionTimestamp === undefined);
  const runsNewest = pods.length > 0 && pods.every(({ spec }) => spec.containers.every(({ image }) => image.endsWith(stormImage(service, newest).digest)));
  return {
    deployments: records.filter(({ attempts }) => attempts.some(({ outcome }) => outcome === 'succeeded')).length,
    duplicates: committed.length - new Set(committed).size + tags.length - new Set(tags).size,
    lost: current?.release.tag === newest && runsNewest && typeof claim?.execution !== 'string' ? 0 : 1,
    backwards: committed.filter((minor, index) => minor < Math.max(...committed.slice(0, index))).length,
  };
}

async function longestHistory({ world }: StormWorld, executions: readonly string[]): Promise<number> {
  const { endpointUrl: endpoint, account, administrator: credentials } = world.world.aws;
  const client = new SFNClient({ endpoint, region: account.region, credentials });
  let longest = 0;
  for (const executionArn of executions) {
    const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }));
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'SUCCEEDED') console.error(`${executionArn} ended ${status}`);
    longest = Math.max(longest, events[0]?.id ?? 0);
  }
  return longest;
}

function watchMemory(): { stop(): number } {
  let most = 0;
  const look = (): void => void (most = Math.max(most, process.memoryUsage.rss()));
  const timer = setInterval(look, 250);
  return {
    stop() {
      look();
      clearInterval(timer);
      return Math.round(most / 1024 / 1024);
    },
  };
}

/** Numbers in [0, 1) that are the same in each run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
