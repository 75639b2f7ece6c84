import { parseDuration } from '../../src/config/duration.ts';
import { LONGEST_TIMEOUT } from '../../src/config/slipway-file.ts';
import { LONGEST_SLICE } from '../../src/domain/slice.ts';
import { DEFAULT_POLICY } from '../../src/domain/service.ts';
import { type AslMachine, DEFINITION } from './definition.ts';

/** Targets of the largest release that is reckoned with: as many as the Map works on at once. */
export const MOST_TARGETS = 40;

/** How often a step that watches is entered until its time is up: its slices, and the one that finds the time over. */
export const MOST_LAPS = {
  SyncApplication: laps(DEFAULT_POLICY.syncTimeout),
  CheckRollout: laps(DEFAULT_POLICY.rolloutTimeout),
  VerifyRelease: laps(DEFAULT_POLICY.verifyTimeout),
};

/** TaskStateEntered, TaskScheduled, TaskStarted, TaskSucceeded, TaskStateExited. */
const EVENTS_OF_A_TASK = 5;
/** ChoiceStateEntered, ChoiceStateExited: a Pass and a Succeed have two as well. */
const EVENTS_OF_A_CHOICE = 2;
/** TaskScheduled, TaskStarted, TaskFailed. */
const EVENTS_OF_A_RETRY = 3;
/** MapIterationStarted, MapIterationSucceeded, and the Pass at the beginning. */
const EVENTS_OF_AN_ITERATION = 4;
/** TaskSubmitted, of the Task that waits for a person. */
const EVENTS_OF_A_TOKEN = 1;
/** ExecutionStarted, ExecutionSucceeded; MapStateEntered, -Started, -Succeeded, -Exited; two Tasks with their Choices; one Succeed. */
const EVENTS_AROUND_THE_MAP = 2 + 4 + 2 * (EVENTS_OF_A_TASK + EVENTS_OF_A_CHOICE) + 2;

/** Most retries that one stay in a state can use on one kind of error. */
export const MOST_RETRIES = Math.max(...Object.values(innerMachine().States).flatMap((state) => (state.Retry ?? []).map(({ MaxAttempts }) => MaxAttempts)));

/** The longest that slipway.yaml may ask for. */
export const LONGEST_LAPS = {
  SyncApplication: laps(parseDuration(LONGEST_TIMEOUT.sync) ?? Number.NaN),
  CheckRollout: laps(parseDuration(LONGEST_TIMEOUT.rollout) ?? Number.NaN),
  VerifyRelease: laps(parseDuration(LONGEST_TIMEOUT.verify) ?? Number.NaN),
};

/**
 * History events of a release to 40 targets that a person approves, that fails in its last step and is rolled back: each with its longest
 * watch there and back, and every step held up once for as long as it is retried. Where releases are proposed there is no way back, so
 * the way through AwaitMerge is shorter.
 */
export function worstHistory(mostLaps: typeof MOST_LAPS = MOST_LAPS): number {
  const tasks = Object.entries(innerMachine().States).filter(([name, state]) => state.Type === 'Task' && name !== 'AwaitMerge').length;
  const laps = Object.values(mostLaps).reduce((sum, count) => sum + count, 0);
  const entries = tasks - Object.keys(mostLaps).length + 2 * laps;
  // NeedsApproval stands before a Task; no Choice follows CheckAccess and ConcludeDeployment.
  const choices = entries + 1 - 2;
  const perTarget = EVENTS_OF_AN_ITERATION + entries * EVENTS_OF_A_TASK + choices * EVENTS_OF_A_CHOICE + EVENTS_OF_A_TOKEN + tasks * MOST_RETRIES * EVENTS_OF_A_RETRY;
  return MOST_TARGETS * perTarget + EVENTS_AROUND_THE_MAP;
}

/** The states that one target goes through. */
export function innerMachine(): AslMachine {
  const inner = DEFINITION.States['DeployTargets']?.ItemProcessor;
  if (inner === undefined) throw new Error('DeployTargets has no ItemProcessor');
  return inner;
}

function laps(timeout: number): number {
  return Math.ceil(timeout / LONGEST_SLICE) + 1;
}
