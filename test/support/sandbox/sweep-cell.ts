import type { InvocationResult } from '../../../sandbox/aws/lambda/lambda.ts';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import type { Cell } from './cell.ts';
import { DEV } from './deployed-world.ts';
import { type CellResult, type Remedy, unconverged } from './fault-cell.ts';
import type { FaultSite } from './fault-site.ts';

/**
 * Pushes a release that nobody hears of, and lets the sweep come due into the fault. A sweep has no execution to redrive: what mends it
 * is the next one. A new execution is what a person starts who does not wait for that; the next sweep then has nothing to do.
 */
export async function runSweepCell(site: FaultSite, cell: Cell, remedy: Remedy, tag: string): Promise<Omit<CellResult, 'ended'>> {
  const { world } = site;
  const { executions } = world;
  const before = executions.started().length;
  const begun = (): readonly string[] => executions.started().slice(before);
  await world.push(imageOf(tag));
  const armed = await site.arm(cell.step, tag, cell.fault);
  try {
    const swept = await sweep(site);
    const found = begun().length;
    const shown = [...(armed.strikes() === 0 ? ['the fault never struck'] : []), ...misshown(cell, swept)];
    await armed.repair();
    if (remedy === 'fresh') await executions.ended(await executions.start({ service: DEV.service, environment: DEV.environment, tag, reason: 'its event was lost', by: 'operator' }));
    await sweep(site);
    const wanted = remedy === 'fresh' ? found + 1 : 1;
    const started = begun();
    const last = await executions.ended(started.at(-1) ?? '');
    const counted = started.length === wanted ? [] : [`${started.length} executions instead of ${wanted}`];
    return { cell, remedy, shown, converged: [...counted, ...(await unconverged(site, tag, last, { records: 1, outcome: 'succeeded' }))] };
  } finally {
    await armed.repair();
  }
}

/** Lets the sweep come due; returns how its last invocation ended, once what it started has ended too. */
async function sweep({ world: { world: { aws, stage } }, settled }: FaultSite): Promise<InvocationResult | null> {
  const invoke = aws.lambda.invokeFromRule.bind(aws.lambda);
  let last: InvocationResult | null = null;
  aws.lambda.invokeFromRule = async (call) => (last = await invoke(call));
  try {
    aws.events.fire(`slipway-${stage}-sweep-due`);
    await aws.events.settled();
    await settled();
    return last;
  } finally {
    aws.lambda.invokeFromRule = invoke;
  }
}

function misshown({ outcome, cause, outlasted = false }: Cell, swept: InvocationResult | null): readonly string[] {
  if (swept === null) return ['the sweep was never called'];
  const said = swept.error === null ? null : `${swept.error.errorType}: ${swept.error.errorMessage}`;
  if (outcome === 'succeeded') return said === null ? [] : [`the sweep failed: ${said}`];
  if (said === null) return outlasted ? [] : [`the sweep did not fail: ${swept.payload}`];
  return cause === null || cause.test(said) ? [] : [`the error does not name ${cause}: ${said}`];
}
