import { type Cell, cellOf } from './cell.ts';
import { answerLost, killedAfter, killedDuring } from './fault-kinds.ts';
import type { Effect } from './fault-steps.ts';

/** From then on the state machine goes its way, whatever becomes of the function. */
const WORD: Effect = { name: 'word to those who wait', party: 'executions', operation: /^SendTaskSuccess$/ };

// The lease of whoever died outlives it: a new execution that joins meanwhile hears nothing, until its task has waited long enough.
export const BATCH_CELLS: readonly Cell[] = [
  { ...cellOf('JoinBatch', `killed during its ${WORD.name}`, killedDuring(WORD)), retried: /^Runtime\.ExitError: /, outlasted: true, slow: true },
  { ...cellOf('JoinBatch', `killed after its ${WORD.name}`, killedAfter(WORD)), slow: true },
  // The AWS SDK asks again by itself, and hears that the task waits no longer.
  cellOf('JoinBatch', `answer to its ${WORD.name} lost`, answerLost(WORD)),
];
