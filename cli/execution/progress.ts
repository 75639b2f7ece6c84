import type { HistoryEvent } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { type TargetKey, targetName } from '../../src/domain/deployment.ts';
import { createEventTrail, type EventTrail } from './event-trail.ts';
import { errorLine, readJson } from './execution-json.ts';

/** What one step said as it ended, or why it is tried again. */
export type Progress = {
  readonly at: Date;
  /** Name of the state. */
  readonly state: string;
  /** `environment/target`, with the service before it where the execution deploys several; null for what concerns all targets. */
  readonly target: string | null;
  /** The step's status; after an error `retrying`, or `failed` when the execution ends with it. */
  readonly status: string | null;
  /** The cause of a failure. */
  readonly detail: string | null;
};

export type ProgressReader = {
  /** Takes the events that came since the last call and returns what they tell. */
  read(newer: readonly HistoryEvent[]): readonly Progress[];
  /** The targets that ResolveRelease found. */
  targets(): readonly TargetKey[];
  hasEnded(): boolean;
};

const ENDS: readonly (string | undefined)[] = ['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionAborted', 'ExecutionTimedOut'];
const FAILURES: readonly (string | undefined)[] = ['TaskFailed', 'TaskTimedOut'];

const Key = z.object({ service: z.string(), environment: z.string(), target: z.string() });
const TaskParameters = z.object({ Payload: z.object({ deployment: Key }) });
const Deployment = z.object({ cause: z.optional(z.string()) });
const Trouble = z.object({ error: z.string(), cause: z.string() });
const Result = z.object({ status: z.optional(z.string()), outcome: z.optional(z.string()), reason: z.optional(z.string()) });

/** Reads the history of one execution for people: steps that ended, and errors with the state and the target that they belong to. */
export function createProgressReader(): ProgressReader {
  const trail = createEventTrail();
  let targets: readonly TargetKey[] = [];
  let last: HistoryEvent | undefined;
  let undecided: readonly HistoryEvent[] = [];

  /** What became of a failure shows in the event after it. A retry that waits has none yet: it is told a look later. */
  function split(newer: readonly HistoryEvent[]): readonly HistoryEvent[] {
    const waiting = newer.filter((event) => FAILURES.includes(event.type) && trail.next(event) === undefined);
    const telling = [...undecided, ...newer.filter((event) => !waiting.includes(event))];
    undecided = waiting;
    return telling;
  }

  return {
    read(newer) {
      for (const event of newer) {
        trail.add(event);
        last = event;
        targets = readJson(z.array(Key), event.stateExitedEventDetails?.assignedVariables?.['targets']) ?? targets;
      }
      return split(newer).flatMap((event) => {
        const key = readJson(TaskParameters, trail.parametersOf(event))?.Payload.deployment;
        const target = key === undefined ? null : labelOf(key, targets);
        if (FAILURES.includes(event.type)) return failure(event, trail, target);
        return event.type === 'TaskStateExited' ? [stepEnd(event, target)] : [];
      });
    },
    targets: () => targets,
    hasEnded: () => ENDS.includes(last?.type),
  };
}

function labelOf(key: TargetKey, targets: readonly TargetKey[]): string {
  const several = new Set(targets.map(({ service }) => service)).size > 1;
  return several ? targetName(key) : `${key.environment}/${key.target}`;
}

function failure(event: HistoryEvent, trail: EventTrail, target: string | null): readonly Progress[] {
  const next = trail.next(event);
  // Caught: the end of the state tells of it.
  if (next?.stateExitedEventDetails !== undefined) return [];
  const { error = 'an error without a name', cause = '' } = event.taskFailedEventDetails ?? event.taskTimedOutEventDetails ?? {};
  const status = next === undefined || next.type === 'TaskScheduled' ? 'retrying' : 'failed';
  // DeploymentFailed only sums up what the targets' own lines have told.
  const detail = error === 'DeploymentFailed' ? null : errorLine(error, cause);
  return [{ at: event.timestamp ?? new Date(0), state: trail.stateOf(event), target, status, detail }];
}

/** What a Task assigned and returned as it ended. */
function stepEnd({ timestamp = new Date(0), stateExitedEventDetails }: HistoryEvent, target: string | null): Progress {
  const { name = '', assignedVariables = {}, output } = stateExitedEventDetails ?? {};
  const result = readJson(Result, output);
  const trouble = readJson(Trouble, assignedVariables['trouble']);
  const status = readJson(z.string(), assignedVariables['status']) ?? result?.outcome ?? result?.status ?? null;
  // A cause belongs to the step that found it, so ConcludeDeployment, which only records it, has none.
  const detail = trouble === undefined ? (readJson(Deployment, assignedVariables['deployment'])?.cause ?? result?.reason ?? null) : errorLine(trouble.error, trouble.cause);
  return { at: timestamp, state: name, target, status, detail };
}
