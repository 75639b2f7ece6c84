import { type Candidate, type EditMemory, layEdits } from '../domain/batch.ts';
import { CLAIM_LOST, holdsClaim } from '../domain/claim.ts';
import { targetName, type StepResult } from '../domain/deployment.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { movedTag } from '../domain/moved-tag.ts';
import type { Edit, GitRepository } from '../domain/service.ts';
import type { TargetState } from '../domain/target-state.ts';
import type { WaitingCommit } from '../ports/batch-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { ServiceStore, TargetStore } from '../ports/deployment-store.ts';
import type { GitHost } from '../ports/git-host.ts';
import { pushBatch } from './push-batch.ts';
import { readForAll } from './read-for-all.ts';
import { editedRepository, readTargetConfig } from './target-config.ts';

export type CommitBatchPorts = {
  readonly services: Pick<ServiceStore, 'service'>;
  readonly targets: Pick<TargetStore, 'target' | 'prove'>;
  readonly clock: Pick<Clock, 'now'>;
};

/** What the task of a deployment is answered. */
export type Answer = { readonly result: StepResult<'committed' | 'superseded' | 'failed'> } | { readonly error: unknown };

/** Answers by who waits for them; who is not among them has lost a race, and waits on. */
export type Answers = ReadonlyMap<WaitingCommit, Answer>;

export type BatchPlace = { readonly repository: GitRepository; readonly host: GitHost; readonly memory: EditMemory };

/** A deployment with all that its commit needs. */
export type Member = { readonly waiting: WaitingCommit; readonly edits: readonly Edit[]; readonly state: TargetState };

/**
 * One push for all of them. Configuration and targets are looked up; then head and files are read; then every claim is proven; then the
 * commits happen only on that head. What is wrong with one of them is its own answer.
 *
 * @throws what is wrong with the repository as a whole
 */
export async function commitBatch(ports: CommitBatchPorts, place: BatchPlace, waiting: readonly WaitingCommit[]): Promise<Answers> {
  const answers = new Map<WaitingCommit, Answer>();
  const going = async (ask: Promise<Member | Answer>, one: WaitingCommit): Promise<Member | null> => {
    const said = await ask.catch((error: unknown): Answer => ({ error }));
    if ('edits' in said) return said;
    answers.set(one, said);
    return null;
  };
  const members = (await Promise.all(waiting.map((one) => going(lookUp(ports, place, one), one)))).filter((member) => member !== null);
  if (members.length === 0) return answers;
  const { snapshot, unreadable } = await readForAll(place.host, members.map(({ edits }) => edits.map(({ file }) => file)));
  const proving = Promise.all(members.map((member, index) => going(prove(ports, member, unreadable.get(index)), member.waiting)));
  // Remembered: where no claim was lost meanwhile, as nearly always, the push need not wait for the edits.
  layEdits(snapshot.files, members.map(candidateOf), place.memory);
  const proven = await proving;
  const pushed = await pushBatch(ports, place, { snapshot, members: proven.filter((member) => member !== null) });
  return new Map([...answers, ...pushed]);
}

export function candidateOf({ waiting, edits }: Member): Candidate {
  return { name: waiting.taskToken, edits, release: waiting.deployment.release };
}

async function lookUp({ services, targets }: CommitBatchPorts, { repository }: BatchPlace, waiting: WaitingCommit): Promise<Member | Answer> {
  const { deployment, execution } = waiting;
  const [{ environment, edits }, state] = await Promise.all([readTargetConfig(services, deployment), targets.target(deployment)]);
  if (environment.pullRequest !== undefined || isElsewhere(edits, editedRepository(edits, deployment), repository)) throw movedAway(waiting, repository);
  if (!holdsClaim(state, execution, deployment)) return superseded(waiting);
  const cause = movedTag(state, edits, deployment.release);
  if (cause !== null) return { result: { status: 'failed', deployment: { ...deployment, cause: deployment.cause ?? cause } } };
  return { waiting, edits, state };
}

/** As CommitRelease: the entry of the first edit counts, and the others go to the same branch. */
function isElsewhere(edits: readonly Edit[], entry: GitRepository, repository: GitRepository): boolean {
  return JSON.stringify(entry) !== JSON.stringify(repository) || edits.some(({ git }) => git.url !== repository.url || git.branch !== repository.branch);
}

function movedAway({ deployment }: WaitingCommit, { url, branch }: GitRepository): ConfigurationError {
  return new ConfigurationError(`${targetName(deployment)} is no longer written to ${branch} of ${url} as it was when its commit was asked for; redrive, so that it goes where it belongs now`);
}

function superseded({ deployment }: WaitingCommit): Answer {
  return { result: { status: 'superseded', deployment: { ...deployment, cause: CLAIM_LOST } } };
}

/** Proven after the head was read, in the write that says that the claim is about to be used. */
async function prove({ targets }: CommitBatchPorts, member: Member, unreadable: unknown): Promise<Member | Answer> {
  if (unreadable !== undefined) return { error: unreadable };
  const { waiting, state } = member;
  const isHeld = await targets.prove(waiting.deployment, { execution: waiting.execution, generation: state.claim?.generation ?? 0 }, { purpose: 'commit' });
  return isHeld ? member : superseded(waiting);
}
