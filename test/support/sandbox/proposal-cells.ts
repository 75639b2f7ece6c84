import { type Cell, cellOf, seen } from './cell.ts';
import { answerLost, cold, killedAfter, killedDuring } from './fault-kinds.ts';
import type { Effect } from './fault-steps.ts';

/** What CommitRelease changes on the Git host where it proposes. */
const PROPOSING: readonly Effect[] = [
  { name: 'commit on its branch', party: 'git', operation: /^POST .*\/contents$/ },
  { name: 'opening of the pull request', party: 'git', operation: /^POST .*\/pulls$/ },
];

/** What AwaitMerge does where it finds the pull request merged: once its answer has arrived the execution goes on, and no retry is to be seen. */
const ANSWER: Effect = { name: 'answer to its own task', party: 'executions', operation: /^SendTaskSuccess$/ };
const GIVING_UP: Effect = { name: 'giving up of its place', party: 'table', operation: /^DeleteItem$/ };

const killed = /^Runtime\.ExitError: /;

export const PROPOSAL_CELLS: readonly Cell[] = [
  ...PROPOSING.flatMap((effect): readonly Cell[] => [
    { ...cellOf('CommitRelease', `killed during its ${effect.name}`, killedDuring(effect)), kind: 'proposing', retried: killed },
    { ...cellOf('CommitRelease', `killed after its ${effect.name}`, killedAfter(effect)), kind: 'proposing', retried: killed },
    { ...cellOf('CommitRelease', `answer to its ${effect.name} lost`, answerLost(effect)), kind: 'proposing', retried: seen('git') },
  ]),
  { ...cellOf('AwaitMerge', `killed during its ${ANSWER.name}`, killedDuring(ANSWER)), kind: 'merging', retried: killed, outlasted: true },
  { ...cellOf('AwaitMerge', `killed during its ${GIVING_UP.name}`, killedDuring(GIVING_UP)), kind: 'merging' },
  ...[ANSWER, GIVING_UP].flatMap((effect): readonly Cell[] => [
    { ...cellOf('AwaitMerge', `killed after its ${effect.name}`, killedAfter(effect)), kind: 'merging' },
    // The AWS SDK asks again by itself, as long as it has not used up its retries in an outage before.
    { ...cellOf('AwaitMerge', `answer to its ${effect.name} lost`, cold(answerLost(effect))), kind: 'merging' },
  ]),
];
