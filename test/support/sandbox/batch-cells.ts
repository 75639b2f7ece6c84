import { type Cell, cellOf } from './cell.ts';
import { answerLost, killedAfter } from './fault-kinds.ts';
import type { Effect } from './fault-steps.ts';

/** From then on the state machine goes its way, whatever becomes of the function. */
const WORD: Effect = { name: 'word to those who wait', party: 'executions', operation: /^SendTaskSuccess$/ };

export const BATCH_CELLS: readonly Cell[] = [
  // The lease of whoever died outlives it: a new execution that joins meanwhile hears nothing, until its task has waited long enough.
  { ...cellOf('JoinBatch', `killed after its ${WORD.name}`, killedAfter(WORD)), slow: true },
  // The AWS SDK asks again by itself, and hears that the task waits no longer.
  cellOf('JoinBatch', `answer to its ${WORD.name} lost`, answerLost(WORD)),
];
