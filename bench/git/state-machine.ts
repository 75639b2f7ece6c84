import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import profile from '../lab/aws-profile.json' with { type: 'json' };

type Retrier = {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly BackoffRate: number;
  readonly MaxAttempts: number;
  readonly MaxDelaySeconds: number;
};

type Task = { readonly TimeoutSeconds: number; readonly Retry: readonly Retrier[] };

type Definition = { readonly States: { readonly DeployTargets: { readonly ItemProcessor: { readonly States: Readonly<Record<string, Task>> } } } };

const definition = JSON.parse(readFileSync(new URL('../../statemachine/deploy.asl.json', import.meta.url), 'utf8')) as Definition;

const { transition, invocation, request } = profile.constants;

/** What one request to the table is taken to last on AWS. */
export const TABLE_MS = request.ms;

function taskOf(state: string): Task {
  const task = definition.States.DeployTargets.ItemProcessor.States[state];
  if (task === undefined) throw new Error(`The state machine has no Task ${state}.`);
  return task;
}

/** How long a task waits for its batch, in milliseconds; then it fails with `States.Timeout`. */
export const JOIN_BATCH_MS = taskOf('JoinBatch').TimeoutSeconds * 1000;

/** Runs a Task as the state machine does: with what AWS adds to it, and with the retriers of its state. @throws the error that they leave */
export async function runTask<Answer>(state: string, run: () => Promise<Answer>): Promise<Answer> {
  const retriers = taskOf(state).Retry;
  const retried = new Map<Retrier, number>();
  await sleep(transition.ms);
  for (;;) {
    await sleep(invocation.ms);
    try {
      return await run();
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      const retrier = retriers.find(({ ErrorEquals }) => ErrorEquals.includes(name));
      const times = retrier === undefined ? 0 : (retried.get(retrier) ?? 0);
      if (retrier === undefined || times >= retrier.MaxAttempts) throw error;
      retried.set(retrier, times + 1);
      await sleep(1000 * Math.random() * Math.min(retrier.MaxDelaySeconds, retrier.IntervalSeconds * retrier.BackoffRate ** times));
    }
  }
}
