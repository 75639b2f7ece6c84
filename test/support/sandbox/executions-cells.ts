import { type Cell, cellOf, NAMED, OUTAGES, seen, type SiteKind, unlessForGood } from './cell.ts';
import { answerLost, cold, killedAfter, killedDuring, outage, rightMissing, throttledBy } from './fault-kinds.ts';
import type { Effect, StepName } from './fault-steps.ts';

/** Steps that ask or tell Step Functions something, and the world in which they do. A cell whose request never came fails. */
const PLACES: readonly { readonly step: StepName; readonly kind: SiteKind; readonly asks: Effect; readonly changes: boolean }[] = [
  { step: 'ClaimTarget', kind: 'contended', asks: { name: 'look at the holder', party: 'executions', operation: /^DescribeExecution$/ }, changes: false },
  { step: 'AwaitApproval', kind: 'outbidding', asks: { name: 'answer to the older release', party: 'executions', operation: /^SendTaskSuccess$/ }, changes: true },
  { step: 'AwaitMerge', kind: 'overtaking', asks: { name: 'answer to the older release', party: 'executions', operation: /^SendTaskSuccess$/ }, changes: true },
  { step: 'ConcludeDeployment', kind: 'queued', asks: { name: 'start of the release that waits', party: 'executions', operation: /^StartExecution$/ }, changes: true },
];

const killed = /^Runtime\.ExitError: /;

export const EXECUTIONS_CELLS: readonly Cell[] = PLACES.flatMap(({ step, kind, asks, changes }) => {
  const cells: readonly Cell[] = [
    ...Object.entries(OUTAGES).map(([name, lasts]) => unlessForGood({ ...cellOf(step, `executions down ${name}`, outage('executions', lasts)), retried: seen('executions') }, lasts, NAMED.executions)),
    ...Object.entries(OUTAGES).filter(([, lasts]) => lasts > 1_000).map(([name, lasts]) => unlessForGood({ ...cellOf(step, `executions throttled ${name}`, throttledBy('executions', lasts)), retried: /^RateLimitedError: .*(execution|a task that waits)/ }, lasts, /ThrottlingException/)),
    ...(changes ? [{ ...cellOf(step, `killed during its ${asks.name}`, killedDuring(asks)), retried: killed }, { ...cellOf(step, `killed after its ${asks.name}`, killedAfter(asks)), retried: killed }] : []),
    // The AWS SDK asks again by itself, as long as it has not used up its retries in an outage before.
    cellOf(step, `answer to its ${asks.name} lost`, cold(answerLost(asks))),
    { ...cellOf(step, `states:${actionOf(asks)} not allowed`, rightMissing(`states:${actionOf(asks)}`)), outcome: 'errored', cause: new RegExp(`AccessDeniedException: .* allow states:${actionOf(asks)}`) },
  ];
  return cells.map((cell) => ({ ...cell, kind }));
});

function actionOf({ operation }: Effect): string {
  return operation.source.replace(/[^A-Za-z]/g, '');
}
