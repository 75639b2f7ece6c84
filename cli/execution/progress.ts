import type { HistoryEvent } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { type TargetKey, targetName } from '../../src/domain/deployment.ts';
import { createEventTrail, type EventTrail } from './event-trail.ts';
import { errorLine, readJson } from './execution-json.ts';
import { readStepEnd, type StepEnd } from './step-end.ts';

/** What one step said as it ended, why it is tried again, or whom it waits for: then its status is `retrying`, or `waiting`; `failed` when the execution ends with an error. */
export type Progress = StepEnd & {
  readonly at: Date;
  /** Name of the state. */
  readonly state: string;
  /** `environment/target`, with the service before it where the execution deploys several; null for what concerns all targets. */
  readonly target: string | null;
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
const TaskParameters = z.object({ Payload: z.object({ deployment: Key, execution: z.optional(z.string()) }) });
type TaskParameters = z.output<typeof TaskParameters>;

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
        const payload = readJson(TaskParameters, trail.parametersOf(event))?.Payload;
        const target = payload === undefined ? null : labelOf(payload.deployment, targets);
        if (FAILURES.includes(event.type)) return failure(event, trail, target);
        const at = event.timestamp ?? new Date(0);
        const state = trail.stateOf(event);
        if (event.type === 'TaskSubmitted' && state === 'AwaitApproval' && payload !== undefined) return [{ at, state, target, status: 'waiting', detail: howToAnswer(payload), foundDone: false }];
        return event.type === 'TaskStateExited' ? [{ at, state: event.stateExitedEventDetails?.name ?? state, target, ...readStepEnd(event.stateExitedEventDetails ?? { name: state }) }] : [];
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
  return [{ at: event.timestamp ?? new Date(0), state: trail.stateOf(event), target, status, detail, foundDone: false }];
}

/** The command that answers; the stage is part of the state machine's name. */
function howToAnswer({ deployment: { service, environment, target }, execution = '' }: TaskParameters['Payload']): string {
  const stage = /:execution:slipway-([^:]+)-deploy:/.exec(execution)?.[1];
  return `answer with slipway approve ${service} ${environment} ${target}${stage === undefined ? '' : ` --stage ${stage}`}, or slipway reject`;
}
