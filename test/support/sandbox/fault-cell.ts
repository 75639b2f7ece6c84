import { imageOf } from '../../../sandbox/scenarios/image.ts';
import type { Cell } from './cell.ts';
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
const CAUSE_LIMIT = 1_000;

/** Deploys one release into the fault, looks, repairs, applies the remedy, and looks again. */
export async function runCell(site: FaultSite, cell: Cell, remedy: Remedy, tag: string): Promise<CellResult> {
  const { world, pods } = site;
  const image = imageOf(tag);
  if (cell.kind === 'failing') pods.breakPods(image.digest, 'bad-pull');
  await site.prepare(tag);
  const armed = await site.arm(cell.step, tag, cell.fault);
  try {
    const ended = await world.executions.ended(await site.deploy(image));
    const shown = [...(armed.strikes() === 0 ? ['the fault never struck'] : []), ...misshown(cell, ended)];
    // Where the release was not deployed, the older one waits on for a person.
    await (ended.status === 'SUCCEEDED' ? site.settled() : site.answered());
    await armed.repair();
    pods.heal(image.digest);
    const byHand = cell.kind === 'failing' && remedy === 'fresh';
    const last = ended.status === 'SUCCEEDED' && remedy === 'redrive' ? ended : await applyRemedy(world, ended, remedy, byHand ? tag : null);
    await site.settled();
    // What was stopped has no record yet.
    const records = byHand && ended.status !== 'ABORTED' ? 2 : 1;
    const converged = await unconverged(site, tag, last, { records, outcome: expectedOutcome(cell, remedy, ended) });
    const beside = (await site.neighbours?.wrongs(tag, cell.together === true)) ?? [];
    return { cell, remedy, shown, ended, converged: [...converged, ...beside] };
  } finally {
    await armed.repair();
    site.pods.heal(image.digest);
  }
}

/**
 * A success cannot be redriven; a new execution of it must find everything done. The event of a release that was rolled back deploys
 * it no more: that takes a person's word.
 *
 * @param byHand the tag that a person asks for; null to start again with the same input
 */
async function applyRemedy({ executions }: DeployedWorld, { execution, status }: Ended, remedy: Remedy, byHand: string | null): Promise<Ended> {
  if (status !== 'SUCCEEDED' && remedy === 'redrive') {
    const redriven = await executions.redrive(execution);
    // Stopped in RollBack it goes on there, and nobody has asked for the release since: that is the next redrive's word.
    return status === 'ABORTED' && redriven.outcome === 'rolled-back' ? executions.redrive(execution) : redriven;
  }
  if (byHand === null) return executions.ended(await executions.startAgain(execution));
  return executions.ended(await executions.start({ service: DEV.service, environment: DEV.environment, tag: byHand, reason: 'mended', by: 'operator' }));
}

/** What the execution does not show as the cell says it should. */
function misshown({ step, outcome, retried, cause, outlasted = false }: Cell, ended: Ended): readonly string[] {
  const status = outcome === 'succeeded' ? 'SUCCEEDED' : outcome === 'stopped' ? 'ABORTED' : 'FAILED';
  const retries = ended.progress.filter(({ state, status: said }) => state === step && said === 'retrying').map(({ detail }) => detail ?? '');
  const said = ended.outcome === 'errored' && ended.cause !== null ? `${ended.cause} ${ended.said}` : ended.said;
  return [
    ...(ended.status === status && (outcome === 'stopped' || ended.outcome === outcome) ? [] : [`ended ${ended.status}, ${ended.outcome}: ${ended.cause}`]),
    ...(retried === null ? retries.map((detail) => `retried, which should not be needed: ${detail}`) : retries.length === 0 && !outlasted ? ['shows no retry'] : []),
    ...(retried === null ? [] : retries.filter((detail) => !retried.test(detail)).map((detail) => `retried without naming ${retried}: ${detail}`)),
    ...(cause === null || cause.test(said) ? [] : [`the cause does not name ${cause}: ${said}`]),
    ...(ended.cause !== null && (ended.cause.includes('\n') || ended.cause.length > CAUSE_LIMIT) ? [`the cause is not one line: ${ended.cause}`] : []),
  ];
}

/** Of the last execution. Where the fault did no harm, a new one finds everything done: nobody is asked again, and an older release comes too late. */
function expectedOutcome({ kind }: Cell, remedy: Remedy, ended: Ended): Expected['outcome'] {
  if (remedy === 'redrive' || ended.outcome !== 'succeeded') return 'succeeded';
  if (kind === 'queued') return 'superseded';
  return kind === 'asking' || kind === 'outbidding' ? 'ignored' : 'succeeded';
}

type Expected = {
  /** Of the tag: what a person asks for by hand is a release of its own. */
  readonly records: number;
  /** Of the last execution. */
  readonly outcome: 'succeeded' | 'superseded' | 'ignored';
};

/** What is not as if nothing had been wrong. */
export async function unconverged({ world, application, forge }: FaultSite, tag: string, last: Ended, expected: Expected): Promise<readonly string[]> {
  const { claim, current } = await world.targets.target(DEV);
  const pending = await world.approvals.pending(DEV);
  const merge = await world.merges.pending(DEV);
  const proposals = forge?.pulls.all() ?? [];
  const records = (await world.records.history(DEV, 20)).filter(({ release }) => release.tag === tag);
  const log = (await world.world.git.repository.log()).map(({ message }) => message);
  const commits = log.filter((message) => deploys(message, tag));
  const waysBack = log.filter((message) => message.startsWith('rollback(') && message.includes(`\nPrevious release: ${tag} (`));
  const running = runningDigests(world, application);
  const torn = records.flatMap(({ attempts }) => attempts).filter(({ timings: { total, overhead: _, ...stages } }) => Object.values(stages).reduce((sum, length) => sum + length, 0) !== total);
  return [
    ...(last.status === 'SUCCEEDED' && last.outcome === expected.outcome ? [] : [`ended ${last.status}, ${last.outcome}: ${last.cause ?? last.said}`]),
    // Each way back is one commit too, and the release that comes after all is committed again.
    ...(commits.length === 1 + waysBack.length && waysBack.length <= 1 ? [] : [`${commits.length} commits, ${waysBack.length} ways back`]),
    ...(typeof claim?.execution === 'string' ? [`claim left with ${claim.execution}`] : []),
    ...(pending === null ? [] : [`${pending.release.tag} still waits for approval`]),
    ...(merge === null ? [] : [`${merge.release.tag} still waits for its merge`]),
    ...proposals.filter(({ state }) => state === 'open').map(({ title }) => `a pull request is left open: ${title}`),
    ...(current?.release.tag === tag ? [] : [`the current release is ${current?.release.tag}`]),
    ...(running.length === 1 && running[0] === imageOf(tag).digest ? [] : [`the pods run ${running.join(', ')}`]),
    ...(records.length === expected.records ? [] : [`${records.length} records`]),
    ...torn.map(({ timings }) => `stages do not sum to the total: ${JSON.stringify(timings)}`),
  ];
}

/** By a commit of Slipway's own, or by one that the Git host made of its pull request. */
function deploys(message: string, tag: string): boolean {
  const [subject = ''] = message.split('\n');
  const isProposed = subject.startsWith(`deploy(dev): inference-service ${tag} (#`);
  return isProposed || (subject.startsWith('deploy(') && message.includes(`\nSlipway-Release: inference-service:${tag}@`));
}
