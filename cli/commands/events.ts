import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import { ConfigurationError } from '../../src/domain/errors.ts';
import { openDeadLetterQueue, type DeadLetterQueue, type TakenEvent } from '../events/dead-letter-queue.ts';
import { redriveEvents, type RedrivenEvent } from '../events/redrive-events.ts';
import { EXIT } from '../exit.ts';
import { describeLostEvents, lostEventJson, redrivenLine } from '../output/lost-event.ts';
import { findStack } from '../stack.ts';

export type EventsOptions = { readonly stage: string; readonly json?: boolean };

/** `slipway events`: shows the events that could not start an execution; with `redrive`, starts one for each of them. */
export async function events(action: 'redrive' | undefined, { stage, json = false }: EventsOptions): Promise<number> {
  const { lostEventsUrl, stateMachineArn } = await findStack(stage);
  if (lostEventsUrl === '') throw new ConfigurationError(`Stack slipway-${stage} has no output LostEventsUrl: it is of an earlier version; deploy it again.`);
  const queue = openDeadLetterQueue(lostEventsUrl);
  return action === undefined ? list(queue, stage, json) : redrive(redriveEvents(queue, createExecutions({ stateMachineArn })), stage, json);
}

async function list(queue: DeadLetterQueue, stage: string, json: boolean): Promise<number> {
  const takenByOthers = await queue.takenByOthers();
  const waiting: TakenEvent[] = [];
  try {
    for await (const event of queue.take()) waiting.push(event);
  } finally {
    await Promise.all(waiting.map((event) => queue.putBack(event)));
  }
  console.log(json ? JSON.stringify({ events: waiting.map(lostEventJson), takenByOthers }) : describeLostEvents(waiting, takenByOthers, stage));
  return EXIT.succeeded;
}

/** Told as it happens; what was started before a failure is in the JSON, too. */
async function redrive(redriven: AsyncIterable<RedrivenEvent>, stage: string, json: boolean): Promise<number> {
  const done: RedrivenEvent[] = [];
  try {
    for await (const event of redriven) {
      done.push(event);
      if (json) console.error(redrivenLine(event));
      else console.log(redrivenLine(event));
    }
  } finally {
    if (json) console.log(JSON.stringify({ events: done }));
  }
  if (!json && done.length === 0) console.log(describeLostEvents([], 0, stage));
  return done.some(({ status }) => status === 'unreadable') ? EXIT.failed : EXIT.succeeded;
}
