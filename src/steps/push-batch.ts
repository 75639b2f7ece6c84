import { asOneCommit, type BatchCommit, type Edited, layEdits } from '../domain/batch.ts';
import { commitMessage, isOwnCommit } from '../domain/commit-message.ts';
import { carriesRelease } from '../domain/covers.ts';
import type { Commit } from '../domain/deployment.ts';
import type { Files } from '../domain/edits.ts';
import { ConflictError, RefusedError } from '../domain/errors.ts';
import type { GitHost, GitSnapshot } from '../ports/git-host.ts';
import { type Answer, type Answers, type BatchPlace, candidateOf, commitBatch, type CommitBatchPorts, type Member } from './commit-batch.ts';

/** How far back an own commit is looked for whose push was not answered. */
const LOOK_BACK = 200;

/** What was read, and whose claims were proven after that, in the order in which they go. */
export type Proven = { readonly snapshot: GitSnapshot; readonly members: readonly Member[] };

/** A member with what becomes of it: `own` is its commit that is there already, of which it did not hear. */
type Planned = { readonly member: Member; readonly edited: Edited; readonly own: string | null; readonly commits: boolean };

/** Commits for all of them on the head that was read. Nobody is answered where the race was lost. @throws what is wrong with the repository as a whole */
export async function pushBatch(ports: CommitBatchPorts, place: BatchPlace, { snapshot, members }: Proven): Promise<Answers> {
  const { edited, files } = layEdits(snapshot.files, members.map(candidateOf), place.memory);
  const planned = await plan(place.host, snapshot, members, edited);
  const going = planned.filter(({ commits }) => commits);
  try {
    const revisions = await push(place.host, snapshot.revision, going.map((one) => commitOf(place, one)));
    const head = revisions.at(-1) ?? snapshot.revision;
    const made = new Map(going.map((one, index) => [one, revisions[index] ?? head]));
    return new Map(planned.map((one) => [one.member.waiting, answerTo(ports, place.host, one, { files, head, revision: made.get(one) ?? one.own })]));
  } catch (error) {
    if (error instanceof ConflictError) return new Map();
    if (error instanceof RefusedError && going.length > 1) return inHalves(ports, place, members);
    throw error;
  }
}

/**
 * Who commits: whoever changes something, and, as in CommitRelease, whoever finds every value there while an older release may still be
 * on its way to this head, unless its own commit came before.
 */
async function plan(host: GitHost, { revision, message }: GitSnapshot, members: readonly Member[], edited: readonly Edited[]): Promise<readonly Planned[]> {
  const all = members.map((member, index) => ({ member, edited: edited[index] ?? { refused: new Error('An edit was not made.') } }));
  const isThere = (one: Edited): boolean => 'changes' in one && one.changes.length === 0;
  const isAsked = all.some((one) => isThere(one.edited) && !isOwn(one.member, message));
  const commits = isAsked && host.recent !== undefined ? await host.recent(revision, LOOK_BACK) : [{ revision, message }];
  return all.map((one) => {
    if (!isThere(one.edited)) return { ...one, own: null, commits: 'files' in one.edited };
    const own = commits.find((commit) => isOwn(one.member, commit.message))?.revision ?? null;
    return { ...one, own, commits: own === null && one.member.waiting.deployment.interrupts !== undefined };
  });
}

function isOwn({ waiting: { execution, deployment } }: Member, message: string): boolean {
  return isOwnCommit(message, execution, deployment);
}

function commitOf({ repository }: BatchPlace, { member, edited }: Planned): BatchCommit {
  const { waiting: { execution, deployment }, state } = member;
  const context = { previous: state.current?.release ?? null, settings: repository.commit };
  return { files: 'files' in edited ? edited.files : {}, message: commitMessage(execution, deployment, context) };
}

async function push(host: GitHost, head: string, commits: readonly BatchCommit[]): Promise<readonly string[]> {
  const [first, ...others] = commits;
  if (first === undefined) return [];
  if (host.commitEach !== undefined) return host.commitEach({ head, commits });
  const revision = await host.commit({ head, ...asOneCommit([first, ...others]) });
  return commits.map(() => revision);
}

/** A hook that does not like one commit declines them all: each half is tried by itself, and in the end that one. */
async function inHalves(ports: CommitBatchPorts, place: BatchPlace, members: readonly Member[]): Promise<Answers> {
  const waiting = members.map((member) => member.waiting);
  const middle = Math.ceil(waiting.length / 2);
  const first = await halfOf(ports, place, waiting.slice(0, middle));
  return new Map([...first, ...(await halfOf(ports, place, waiting.slice(middle)))]);
}

async function halfOf(ports: CommitBatchPorts, place: BatchPlace, waiting: readonly Member['waiting'][]): Promise<Answers> {
  try {
    return await commitBatch(ports, place, waiting);
  } catch (error) {
    return new Map(waiting.map((one) => [one, { error }]));
  }
}

type Outcome = { readonly files: Files; readonly head: string; readonly revision: string | null };

function answerTo({ clock }: CommitBatchPorts, host: GitHost, { member: { edits, waiting }, edited }: Planned, { files, head, revision }: Outcome): Answer {
  if ('refused' in edited) return { error: edited.refused };
  const { deployment } = waiting;
  // What Argo CD sees of a batch is its head. Where a later commit has set the scalar again, only the own one has the value.
  const isLast = Object.entries(edited.files).every(([path, text]) => files[path] === text);
  const isAtHead = revision === null || isLast || carriesRelease(files, edits, deployment.release);
  const commit: Commit = { revision, head: isAtHead ? head : revision, url: revision === null ? null : host.link(revision), changes: edited.changes };
  return { result: { status: 'committed', deployment: { ...deployment, commit, marks: { ...deployment.marks, committed: clock.now() } } } };
}
