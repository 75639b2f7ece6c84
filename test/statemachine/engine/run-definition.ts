import { type Clock, virtualClock } from '../../../sandbox/aws/states/engine/clock.ts';
import { parseDefinition } from '../../../sandbox/aws/states/engine/definition.ts';
import { Execution } from '../../../sandbox/aws/states/engine/execution.ts';
import type { HistoryEvent } from '../../../sandbox/aws/states/engine/history.ts';
import type { Json } from '../../../sandbox/aws/states/engine/json.ts';
import { TaskTokens } from '../../../sandbox/aws/states/engine/tokens.ts';
import type { RunTask } from '../../../sandbox/aws/states/engine/visit.ts';

export const START = Date.parse('2026-01-01T00:00:00.000Z');
export const INVOKE = 'arn:aws:states:::lambda:invoke';
export const INVOKE_WITH_TOKEN = `${INVOKE}.waitForTaskToken`;

type States = Record<string, object>;

/** A definition that starts at its first state. */
export function aMachine(states: States, rest: object = {}): object {
  return { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states, ...rest };
}

/** A task that ends the machine, unless told otherwise. */
export function aTask(rest: object = {}): object {
  return { Type: 'Task', Resource: INVOKE, ...('Next' in rest ? {} : { End: true }), ...rest };
}

/** A Map over `[1, 2, 3]` that ends the machine and runs those states for each. */
export function aMap(states: States, rest: object = {}): object {
  const { QueryLanguage: _, ...processor } = aMachine(states) as { QueryLanguage: string };
  return { Type: 'Map', Items: [1, 2, 3], ItemProcessor: processor, ...('Next' in rest ? {} : { End: true }), ...rest };
}

export type World = { readonly execution: Execution; readonly clock: Clock; readonly tokens: TaskTokens };

type Given = {
  readonly input?: Json;
  readonly random?: () => number;
  /** Given the clock and the tokens, what a task does; by default it answers its arguments. */
  readonly task?: (world: Omit<World, 'execution'>) => RunTask;
};

/** Starts an execution on a virtual clock. */
export function start(definition: object, { input = {}, random = () => 0, task = () => async (request) => request.arguments }: Given = {}): World {
  const clock = virtualClock(START);
  const tokens = new TaskTokens();
  const stateMachine = {
    arn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:flow',
    name: 'flow',
    definition: parseDefinition(definition),
    roleArn: 'arn:aws:iam::111122223333:role/flow',
  };
  const order = { executionArn: 'arn:aws:states:eu-central-1:111122223333:execution:flow:one', name: 'one', stateMachine, input };
  return { execution: new Execution(order, { clock, random, tokens, runTask: task({ clock, tokens }) }), clock, tokens };
}

/** Runs an execution to its end. */
export async function run(definition: object, given: Given = {}): Promise<World & { seconds: number }> {
  const world = start(definition, given);
  await world.execution.ended;
  return { ...world, seconds: (world.clock.now() - START) / 1000 };
}

export async function redrive({ execution }: World): Promise<void> {
  execution.redrive();
  await execution.ended;
}

/** An error as a function throws it. */
export function anError(name: string, message = 'said so'): Error {
  return Object.assign(new Error(message), { name });
}

/** A task that throws the errors one after the other, and then answers its arguments. */
export function failingWith(...errors: Error[]): () => RunTask {
  return () => async (request) => {
    const error = errors.shift();
    if (error) throw error;
    return request.arguments;
  };
}

export function types(events: readonly HistoryEvent[]): string[] {
  return events.map(({ type }) => type);
}

/** Seconds after the start at which events of that type happened. */
export function secondsOf({ execution }: World, type: string): number[] {
  return execution.history.events.filter((event) => event.type === type).map((event) => (event.timestamp - START) / 1000);
}
