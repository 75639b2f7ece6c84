import { type Cell, cellOf } from './cell.ts';
import { answerLost, killedAfter, killedDuring } from './fault-kinds.ts';
import type { Effect } from './fault-steps.ts';
import { NEIGHBOURS } from './neighbours.ts';

const WORD: Effect = { name: 'word to those who wait', party: 'executions', operation: /^SendTaskSuccess$/ };

/** It comes last. From then on the state machine goes its way, whatever becomes of the function. */
const OWN_WORD: Effect = { ...WORD, name: 'word to itself', nth: NEIGHBOURS + 1 };

const retried = /^Runtime\.ExitError: /;

// The lease of whoever died outlives it: a new execution that joins meanwhile hears nothing, until its task has waited long enough.
export const BATCH_CELLS: readonly Cell[] = [
  { ...cellOf('JoinBatch', `killed during its ${WORD.name}`, killedDuring(WORD)), retried, together: true },
  { ...cellOf('JoinBatch', `killed after its ${WORD.name}`, killedAfter(WORD)), retried, together: true },
  { ...cellOf('JoinBatch', `killed during its ${OWN_WORD.name}`, killedDuring(OWN_WORD)), retried, outlasted: true, slow: true, together: true },
  { ...cellOf('JoinBatch', `killed after its ${OWN_WORD.name}`, killedAfter(OWN_WORD)), slow: true, together: true },
  // The AWS SDK asks again by itself, and hears that the task waits no longer.
  cellOf('JoinBatch', `answer to its ${OWN_WORD.name} lost`, answerLost(OWN_WORD)),
];
