import { type Image, imageOf } from '../../../sandbox/scenarios/image.ts';
import { later } from '../../../src/domain/instant.ts';
import type { Approver } from './approver.ts';
import { DEV, type DeployedWorld } from './deployed-world.ts';
import type { Faults } from './faults.ts';
import { type Neighbours, neighboursIn, repositoryOfDev } from './neighbours.ts';

/** How a release comes to the step that a fault strikes. */
export type WayToDeploy = {
  /** What is there before the fault is armed. */
  prepare(tag: string): Promise<void>;
  /** Pushes, and returns the execution that meets the fault. */
  deploy(image: Image): Promise<string>;
  /** Whose releases wait for the same branch; absent where none do. */
  readonly neighbours?: Neighbours;
};

/** Of a release that has to do with the one of this tag, and comes before it. */
const before = (tag: string): Image => imageOf(`${tag}-before`);

async function pushOne(world: DeployedWorld, image: Image): Promise<string> {
  const [execution] = await world.push(image);
  if (execution === undefined) throw new Error(`The push of ${image.tag} started no execution.`);
  return execution;
}

export function pushed(world: DeployedWorld): WayToDeploy {
  return { prepare: () => Promise.resolve(), deploy: (image) => pushOne(world, image) };
}

/** The claim is found with an execution that was stopped on its way. */
export function contended(world: DeployedWorld, pods: Faults): WayToDeploy {
  return {
    ...pushed(world),
    async prepare(tag) {
      pods.breakPods(before(tag).digest, 'never-ready');
      const older = await pushOne(world, before(tag));
      await world.executions.reaches(older, 'CheckRollout');
      await world.executions.stop(older);
    },
  };
}

/** Somebody else is about to push to the branch, so that the release goes out in a batch, with those of its neighbours. */
export function crowded(world: DeployedWorld): WayToDeploy {
  const neighbours = neighboursIn(world);
  return {
    ...pushed(world),
    neighbours,
    async deploy(image) {
      await neighbours.join(image.tag);
      await occupyBranch(world);
      return pushOne(world, image);
    },
  };
}

/** Takes the lease of dev's branch, which whoever led before may have left behind, as a deployment that commits by itself. */
export async function occupyBranch(world: DeployedWorld): Promise<void> {
  const repository = await repositoryOfDev(world);
  const now = later(new Date().toISOString(), 3_600_000);
  if (!(await world.batches.enter(repository, { holder: 'somebody else', now, until: later(now, 3_600_000) }))) throw new Error('The lease of the branch was not taken.');
}

/** The release waits as `next` behind an older one, whose execution meets the fault when it starts what waits. */
export function queued(world: DeployedWorld, pods: Faults): WayToDeploy {
  let older = '';
  return {
    async prepare(tag) {
      pods.breakPods(before(tag).digest, 'never-ready');
      older = await pushOne(world, before(tag));
      await world.executions.reaches(older, 'CheckRollout');
    },
    async deploy(image) {
      const { outcome, cause } = await world.executions.ended(await pushOne(world, image));
      if (outcome !== 'ignored') throw new Error(`${image.tag} does not wait for the older release: it ended ${outcome}, ${cause}.`);
      pods.heal(before(image.tag).digest);
      return older;
    },
  };
}

/** The pull request of an older release waits to be merged. */
export function overtaking(world: DeployedWorld, merger: Approver): WayToDeploy {
  return {
    ...pushed(world),
    async prepare(tag) {
      merger.leave(before(tag).digest);
      await pushOne(world, before(tag));
      while ((await world.merges.pending(DEV)) === null) await new Promise(setImmediate);
    },
  };
}

/** An older release waits for a person's answer. */
export function outbidding(world: DeployedWorld, approver: Approver): WayToDeploy {
  return {
    ...pushed(world),
    async prepare(tag) {
      approver.leave(before(tag).digest);
      await pushOne(world, before(tag));
      while ((await world.approvals.pending(DEV)) === null) await new Promise(setImmediate);
    },
  };
}
