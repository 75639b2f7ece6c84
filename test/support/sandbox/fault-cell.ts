import { imageOf } from '../../../sandbox/scenarios/image.ts';
import type { Cell } from './cells.ts';
import { DEV, type DeployedWorld } from './deployed-world.ts';
import type { Ended } from './executions.ts';
import type { FaultSite } from './fault-site.ts';
import { runningDigests } from './traces.ts';

/** What an operator does about an execution that did not succeed. */
export type Remedy = 'redrive' | 'fresh';

/** What one run of a cell found wrong, in words; nothing in either where all is as it must be. */
export type CellResult = {
  readonly cell: Cell;
  readonly remedy: Remedy;
  /** The execution as the fault left it: what it shows, and how it ends. */
  readonly shown: readonly string[];
  /** After the repair and the remedy; for one that succeeded by itself and a redrive, at its end. */
  readonly converged: readonly string[];
  readonly ended: Ended;
};

/** Longest cause, which stands in one line of a terminal, a table and a chat. */
const CAUSE_LIMIT = 700;

/** Deploys one release into the fault, looks, repairs, applies the remedy, and looks again. */
export async function runCell(site: FaultSite, cell: Cell, remedy: Remedy, tag: string): Promise<CellResult> {
  const { world } = site;
  const armed = await site.arm(cell.step, tag, cell.fault);
  try {
    const [execution = ''] = await world.push(imageOf(tag));
    const ended = await world.executions.ended(execution);
    const shown = [...(armed.strikes() === 0 ? ['the fault never struck'] : []), ...misshown(cell, ended)];
    await armed.repair();
    const last = ended.status === 'SUCCEEDED' && remedy === 'redrive' ? ended : await applyRemedy(world, execution, ended, remedy);
    return { cell, remedy, shown, ended, converged: await unconverged(world, tag, last) };
  } finally {
    await armed.repair();
  }
}

/** A success cannot be redriven; a new execution of it must find everything done. */
function applyRemedy({ executions }: DeployedWorld, execution: string, ended: Ended, remedy: Remedy): Promise<Ended> {
  if (ended.status !== 'SUCCEEDED' && remedy === 'redrive') return executions.redrive(execution);
  return executions.startAgain(execution).then((again) => executions.ended(again));
}

/** What the execution does not show as the cell says it should. */
function misshown({ step, outcome, retried, cause }: Cell, ended: Ended): readonly string[] {
  const status = { succeeded: 'SUCCEEDED', errored: 'FAILED', stopped: 'ABORTED' }[outcome];
  const retries = ended.progress.filter(({ state, status: said }) => state === step && said === 'retrying').map(({ detail }) => detail ?? '');
  const said = ended.outcome === 'errored' && ended.cause !== null ? `${ended.cause} ${ended.said}` : ended.said;
  return [
    ...(ended.status === status && (outcome === 'stopped' || ended.outcome === outcome) ? [] : [`ended ${ended.status}, ${ended.outcome}: ${ended.cause}`]),
    ...(retried === null ? retries.map((detail) => `retried, which should not be needed: ${detail}`) : retries.length === 0 ? ['shows no retry'] : []),
    ...(retried === null ? [] : retries.filter((detail) => !retried.test(detail)).map((detail) => `retried without naming ${retried}: ${detail}`)),
    ...(cause === null || cause.test(said) ? [] : [`the cause does not name ${cause}: ${said}`]),
    ...(ended.cause !== null && (ended.cause.includes('\n') || ended.cause.length > CAUSE_LIMIT) ? [`the cause is not one line: ${ended.cause}`] : []),
  ];
}

/** What is not as if nothing had been wrong. */
async function unconverged(world: DeployedWorld, tag: string, last: Ended): Promise<readonly string[]> {
  const { claim, current } = await world.targets.target(DEV);
  const records = (await world.records.history(DEV, 20)).filter(({ release }) => release.tag === tag);
  const commits = (await world.world.git.repository.log()).filter(({ message }) => message.includes(`\nSlipway-Release: inference-service:${tag}@`));
  const running = runningDigests(world);
  const torn = records.flatMap(({ attempts }) => attempts).filter(({ timings: { total, overhead: _, ...stages } }) => Object.values(stages).reduce((sum, length) => sum + length, 0) !== total);
  return [
    ...(last.status === 'SUCCEEDED' && last.outcome === 'succeeded' ? [] : [`ended ${last.status}, ${last.outcome}: ${last.cause ?? last.said}`]),
    ...(commits.length === 1 ? [] : [`${commits.length} commits`]),
    ...(typeof claim?.execution === 'string' ? [`claim left with ${claim.execution}`] : []),
    ...(current?.release.tag === tag ? [] : [`the current release is ${current?.release.tag}`]),
    ...(running.length === 1 && running[0] === imageOf(tag).digest ? [] : [`the pods run ${running.join(', ')}`]),
    ...(records.length === 1 ? [] : [`${records.length} records`]),
    ...torn.map(({ timings }) => `stages do not sum to the total: ${JSON.stringify(timings)}`),
  ];
}
