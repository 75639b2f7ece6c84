import { targetName } from '../../src/domain/deployment.ts';
import type { HeldTarget } from '../targets/hold-targets.ts';
import type { ResumedTarget } from '../targets/resume-targets.ts';

/** What `slipway hold` did to one target. */
export function heldLine({ key, hold, changed, deploying }: HeldTarget): string {
  const held = changed ? `held: ${hold.reason}` : `held already by ${hold.by} since ${hold.since}: ${hold.reason}`;
  const goesOn = deploying === null ? '' : `; ${deploying.tag} is being deployed and goes on: ${deploying.execution}`;
  return `${targetName(key)}  ${held}${goesOn}`;
}

/** What `slipway resume` did to one target. */
export function resumedLine({ key, lifted, next }: ResumedTarget): string {
  if (lifted === null) return `${targetName(key)}  was not held`;
  return `${targetName(key)}  lifted the hold of ${lifted.since}: ${lifted.reason}; ${nextWords(next)}`;
}

function nextWords(next: ResumedTarget['next']): string {
  if (next === null) return 'nothing waited';
  return next.status === 'started' ? `${next.tag}, which waited, is being deployed` : `${next.tag} follows ${next.execution}, which runs`;
}
