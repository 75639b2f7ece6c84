import { type Cell, cellOf, NAMED, OUTAGES } from './cell.ts';
import { answerLost, killedAfter, killedBefore, killedDuring, outage, rightMissing, throttled, throttledBy, timedOut } from './fault-kinds.ts';
import type { MakeFault } from './fault-site.ts';
import { type Effect, stepOf } from './fault-steps.ts';

const START: Effect = { name: 'start', party: 'executions', operation: /^StartExecution$/ };

/** A sweep is not tried again: the next one does what it did not. */
function sweepCell(what: string, fault: MakeFault, cell: Pick<Cell, 'outcome' | 'cause' | 'outlasted'>): Cell {
  return { ...cellOf('SweepReleases', what, fault), kind: 'swept', ...cell };
}

const { parties, lastRead = START, rights } = stepOf('SweepReleases');
const killed = /^Runtime\.ExitError: /;

export const SWEEP_CELLS: readonly Cell[] = [
  sweepCell('killed before it did anything', killedBefore, { outcome: 'errored', cause: killed }),
  sweepCell('killed after its last look', killedAfter(lastRead), { outcome: 'errored', cause: killed }),
  sweepCell('killed during its start', killedDuring(START), { outcome: 'errored', cause: killed }),
  sweepCell('killed after its start', killedAfter(START), { outcome: 'errored', cause: killed }),
  sweepCell('answer to its start lost', answerLost(START), { outcome: 'succeeded', cause: null }),
  sweepCell('timed out', timedOut, { outcome: 'errored', cause: /^Sandbox\.Timedout: / }),
  // EventBridge calls again.
  sweepCell('throttled 1 s', throttled(OUTAGES['1 s']), { outcome: 'succeeded', cause: null }),
  ...parties.flatMap((party) => Object.entries(OUTAGES).map(([name, lasts]) => sweepCell(`${party} down ${name}`, outage(party, lasts), { outcome: 'errored', cause: NAMED[party], outlasted: lasts === OUTAGES['1 s'] }))),
  sweepCell('executions throttled for good', throttledBy('executions', Infinity), { outcome: 'succeeded', cause: null }),
  ...rights.map((action) => sweepCell(`${action} not allowed`, rightMissing(action), { outcome: 'errored', cause: new RegExp(`AccessDeniedException: .* allow ${action.split(':')[0]}:`) })),
];
