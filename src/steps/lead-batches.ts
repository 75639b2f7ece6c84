import { type EditMemory, leaseOf } from '../domain/batch.ts';
import { targetName } from '../domain/deployment.ts';
import { ConflictError, ForbiddenError, UnauthorizedError } from '../domain/errors.ts';
import type { GitRepository } from '../domain/service.ts';
import type { WaitingCommit } from '../ports/batch-store.ts';
import { type Answer, type Answers, type BatchPlace, commitBatch } from './commit-batch.ts';
import type { JoinBatchPorts } from './join-batch.ts';

/** Most releases of one push. */
const BATCH_LIMIT = 100;

/**
 * How long a task waits for its answer (TimeoutSeconds of JoinBatch): after that nobody hears it, and nothing is committed for it. It joins
 * again then, and leads where the leader has died: the lease has ended by that time, with time to spare for one that was just renewed.
 */
export const PATIENCE_MS = 45_000;

/** Nothing new is begun when the function has less time left. */
const RESERVE_MS = 30_000;

/** How many races in a row a batch may lose before its deployments hear of it; the state machine tries them again. */
const RACES = 30;

/**
 * Leads, unless another does, until nobody waits. Who joins between the last look and the end of the lease finds the lease taken: so it is
 * looked once more after it.
 */
export async function leadBatches(ports: JoinBatchPorts, repository: GitRepository, leader: string): Promise<'waiting' | 'led'> {
  const { batches } = ports;
  for (;;) {
    if (!(await takeLease(ports, repository, leader))) return 'waiting';
    try {
      await commitUntilNobodyWaits(ports, repository, leader);
    } finally {
      await batches.stepDown(repository, leader);
    }
    if (isOver(ports) || (await batches.waiting(repository, 1)).length === 0) return 'led';
  }
}

/** By its execution, so that a retry of one that was ended need not wait for its own lease. */
export function leaderName({ execution, deployment }: Pick<WaitingCommit, 'execution' | 'deployment'>): string {
  return `${execution} ${targetName(deployment)}`;
}

function takeLease({ batches, clock }: JoinBatchPorts, repository: GitRepository, leader: string): Promise<boolean> {
  return batches.lead(repository, leaseOf(leader, clock.now()));
}

function isOver({ clock }: JoinBatchPorts): boolean {
  return clock.remaining() < RESERVE_MS;
}

async function commitUntilNobodyWaits(ports: JoinBatchPorts, repository: GitRepository, leader: string): Promise<void> {
  const memory: EditMemory = new Map();
  for (let lost = 0; ; ) {
    const waiting = await whoIsHeard(ports, repository);
    if (waiting.length === 0) return;
    const answers = await answersFor(ports, { repository, memory }, waiting);
    lost = answers.size === waiting.length ? 0 : lost + 1;
    await giveAnswers(ports, repository, leader, lost < RACES ? answers : toldOfTheRace(answers, waiting));
    if (isOver(ports) || !(await takeLease(ports, repository, leader))) return;
  }
}

/** Whose task has timed out joins again, or has ended: a commit for it would be nobody's. */
async function whoIsHeard({ batches, clock }: JoinBatchPorts, repository: GitRepository): Promise<readonly WaitingCommit[]> {
  const waiting = await batches.waiting(repository, BATCH_LIMIT);
  const forgotten = waiting.filter(({ since }) => Date.parse(clock.now()) - Date.parse(since) > PATIENCE_MS);
  await Promise.all(forgotten.map((one) => batches.leave(repository, one)));
  return waiting.filter((one) => !forgotten.includes(one));
}

/** An error of the repository as a whole is everybody's. */
async function answersFor(ports: JoinBatchPorts, place: Omit<BatchPlace, 'host'>, waiting: readonly WaitingCommit[]): Promise<Answers> {
  const commit = async (): Promise<Answers> => commitBatch(ports, { ...place, host: await ports.git(place.repository) }, waiting);
  try {
    return await commit().catch((error: unknown) => {
      if (!(error instanceof UnauthorizedError || error instanceof ForbiddenError)) throw error;
      ports.renewGit();
      return commit();
    });
  } catch (error) {
    return new Map(waiting.map((one) => [one, { error }]));
  }
}

function toldOfTheRace(answers: Answers, waiting: readonly WaitingCommit[]): Answers {
  const error = new ConflictError(`The race for the branch was lost ${RACES} times in a row; the state machine tries again.`);
  return new Map(waiting.map((one) => [one, answers.get(one) ?? { error }]));
}

/**
 * Everybody's, even where one of them can't be given. The leader's own comes last: as long as that is not given, the state machine tries a
 * leader that died again, and the others need not wait for the end of its lease.
 */
async function giveAnswers(ports: JoinBatchPorts, repository: GitRepository, leader: string, answers: Answers): Promise<void> {
  const [own, others] = [[...answers].filter(([waiting]) => leaderName(waiting) === leader), [...answers].filter(([waiting]) => leaderName(waiting) !== leader)];
  for (const group of [others, own]) {
    const given = await Promise.allSettled(group.map(([waiting, answer]) => giveAnswer(ports, repository, waiting, answer)));
    const failure = given.find((one) => one.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }
}

/** The answer first: after a crash between the two the commit is found, and answered once more to a task that is gone. */
async function giveAnswer({ executions, batches }: JoinBatchPorts, repository: GitRepository, waiting: WaitingCommit, answer: Answer): Promise<void> {
  if ('error' in answer) await executions.fail(waiting.taskToken, answer.error);
  else await executions.answer(waiting.taskToken, answer.result);
  await batches.leave(repository, waiting);
}
