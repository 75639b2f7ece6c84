import type { HistoryEvent } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { type TargetKey, targetName } from '../../src/domain/deployment.ts';
import { approveCommand } from './answer-command.ts';
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
const Deployment = z.extend(Key, { pullRequest: z.optional(z.object({ url: z.string() })) });
const TaskParameters = z.object({ Payload: z.object({ deployment: Deployment, execution: z.optional(z.string()) }) });

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
        if (event.type === 'TaskStateExited') return [stepEnd(event, target)];
        return event.type === 'TaskSubmitted' && payload !== undefined ? waiting(event, trail, { target, ...payload }) : [];
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

function stepEnd({ timestamp: at = new Date(0), stateExitedEventDetails = { name: '' } }: HistoryEvent, target: string | null): Progress {
  return { at, state: stateExitedEventDetails.name ?? '', target, ...readStepEnd(stateExitedEventDetails) };
}

type Asked = { readonly target: string | null; readonly deployment: z.output<typeof Deployment>; readonly execution?: string | undefined };

/** A Task that was handed to a person: it ends when that one has answered, or merged. */
function waiting(event: HistoryEvent, trail: EventTrail, { target, deployment, execution = '' }: Asked): readonly Progress[] {
  const state = trail.stateOf(event);
  if (state !== 'AwaitApproval' && state !== 'AwaitMerge') return [];
  const detail = state === 'AwaitMerge' ? `merge ${deployment.pullRequest?.url ?? 'its pull request'}` : `answer with ${approveCommand(deployment, execution)}, or slipway reject`;
  return [{ at: event.timestamp ?? new Date(0), state, target, status: 'waiting', detail, foundDone: false }];
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
