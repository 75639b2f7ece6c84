import type { AwsEvent, EventCarrier } from '../../../sandbox/aws/eventbridge/event.ts';
import type { Image } from '../../../sandbox/scenarios/image.ts';
import type { DeployedWorld } from './deployed-world.ts';

export type EcrEvents = {
  /** Given to the world that is started. */
  readonly carry: EventCarrier;
  /** Pushes, and keeps the event back. */
  pushUnheard(world: DeployedWorld, image: Image): Promise<AwsEvent>;
  /** The event of the last push of this tag. */
  of(tag: string): AwsEvent;
};

/** ECR's events, to be told late, twice, or in another order. */
export function keepEcrEvents(): EcrEvents {
  const all: AwsEvent[] = [];
  let isKept = false;

  function of(tag: string): AwsEvent {
    const event = all.findLast(({ detail }) => detail['image-tag'] === tag);
    if (event === undefined) throw new Error(`ECR announced no push of ${tag}.`);
    return event;
  }

  return {
    of,
    carry(event, publish) {
      all.push(event);
      if (!isKept) publish(event);
    },
    async pushUnheard(world, image) {
      isKept = true;
      try {
        await world.push(image);
      } finally {
        isKept = false;
      }
      return of(image.tag);
    },
  };
}

/** Tells the events one right after the other, and returns the executions that they start. */
export function hear(world: DeployedWorld, ...events: readonly AwsEvent[]): Promise<readonly string[]> {
  return world.executions.startedBy(async () => events.forEach((event) => world.world.aws.events.publish(event)));
}

/** The event as it would be, had the tag been put at another time. */
export function at(event: AwsEvent, instant: number): AwsEvent {
  return { ...event, time: new Date(instant).toISOString().replace(/\.\d+Z$/, 'Z') };
}

/** What ECR announces of the same image where a replication brought it. */
export function replicated(event: AwsEvent): AwsEvent {
  return { ...event, 'detail-type': 'ECR Replication Action', detail: { ...event.detail, 'action-type': 'REPLICATE' } };
}
