import type { TargetState } from '../../src/domain/claim.ts';
import { targetName, type TargetKey } from '../../src/domain/deployment.ts';
import type { DeploymentRecord } from '../../src/ports/deployment-store.ts';
import { describeAttempt } from './deployment.ts';
import { type Look, PLAIN } from './terminal.ts';
import { seconds } from './waterfall.ts';

/** What is stored about one target. */
export type TargetReport = { readonly key: TargetKey; readonly state: TargetState; readonly history: readonly DeploymentRecord[] };

/** What runs in a target, who is deploying to it, its last deployments, and the newest of them stage by stage. */
export function describeTarget({ key, state, history }: TargetReport, look: Look = PLAIN): string {
  const { current, claim } = state;
  const newest = history[0];
  const attempt = newest?.attempts.at(-1);
  const tagWidth = Math.max(...history.map(({ release }) => release.tag.length), 0);
  return [
    targetName(key),
    `  current    ${current === null ? 'nothing deployed yet' : `${current.release.tag}  ${current.release.digest}`}`,
    ...(current === null ? [] : [`  since      ${current.concludedAt}`]),
    ...(claim === null || claim.execution === null ? [] : [`  deploying  ${claim.digest}`, `  by         ${claim.execution}`]),
    '',
    ...(history.length === 0 ? ['No deployment is recorded.'] : ['Deployments, newest first', ...history.map((record) => historyLine(record, tagWidth, look))]),
    ...(newest === undefined || attempt === undefined ? [] : ['', '', describeAttempt(key, newest.release, attempt, look)]),
  ].join('\n');
}

function historyLine({ release, attempts }: DeploymentRecord, tagWidth: number, { paint }: Look): string {
  const last = attempts.at(-1);
  if (last === undefined) return `  ${release.releasedAt}  ${release.tag}`;
  const outcome = paint(last.outcome === 'succeeded' ? 'green' : 'red', last.outcome.padEnd(10));
  const repeated = attempts.length > 1 ? `  (attempt ${attempts.length})` : '';
  return `  ${release.releasedAt}  ${release.tag.padEnd(tagWidth)}  ${outcome} ${seconds(last.timings.total)}${repeated}${last.cause === null ? '' : `  ${last.cause}`}`;
}
