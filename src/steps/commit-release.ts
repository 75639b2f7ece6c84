import { checkApplication, namesBranch } from '../domain/application-check.ts';
import { leaseOf } from '../domain/batch.ts';
import { CLAIM_LOST, holdsClaim } from '../domain/claim.ts';
import { commitMessage, isOwnCommit } from '../domain/commit-message.ts';
import { type Commit, type Deployment, resumed, type StepResult, targetName } from '../domain/deployment.ts';
import { applyEdits } from '../domain/edits.ts';
import { ConfigurationError, ConflictError } from '../domain/errors.ts';
import { movedTag } from '../domain/moved-tag.ts';
import { headBranch } from '../domain/pull-request.ts';
import type { Edit, PullRequestDelivery, Target } from '../domain/service.ts';
import type { OpenArgoCd } from '../ports/argo-cd.ts';
import type { BatchStore } from '../ports/batch-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { ServiceStore, TargetStore } from '../ports/deployment-store.ts';
import type { GitHost, GitSnapshot, OpenGitHost } from '../ports/git-host.ts';
import type { OpenPullRequests } from '../ports/pull-requests.ts';
import { commitOnHead } from './commit-on-head.ts';
import { proposeOnce } from './propose-release.ts';
import { defineStep } from './step.ts';
import { editedRepository, readTargetConfig } from './target-config.ts';
import { TargetStepInput } from './wire.ts';

type Ports = {
  readonly services: Pick<ServiceStore, 'service'>;
  readonly targets: Pick<TargetStore, 'target' | 'prove'>;
  readonly batches: Pick<BatchStore, 'enter' | 'stepDown'>;
  readonly git: OpenGitHost;
  /** Opened where the environment proposes its releases. */
  readonly pullRequests: OpenPullRequests;
  readonly argocd: OpenArgoCd;
  readonly clock: Pick<Clock, 'now'>;
};

/** `contended`: others want the branch at the same time, and the release goes out with theirs. */
type Result = StepResult<'committed' | 'proposed' | 'superseded' | 'failed' | 'contended'>;

/** One commit of somebody else that came first is no contention yet. */
const RACES = 2;

/** Writes the release into its values files as one commit, proposes that commit, or finds that they hold it already. */
export const commitRelease = defineStep({
  name: 'commit-release',
  input: TargetStepInput,
  async run(ports: Ports, input: TargetStepInput): Promise<Result> {
    const deployment = resumed(input.deployment, input);
    const { environment, target, edits } = await readTargetConfig(ports.services, deployment);
    const repository = singleRepository(edits, editedRepository(edits, deployment), deployment);
    const host = await ports.git(repository);
    const work: Work = { ports, host, repository, edits, execution: input.execution, deployment };
    if (environment.pullRequest !== undefined) return propose(work, target, environment.pullRequest);
    const entering = enter(work);
    try {
      return await commitUnlessContended(work, target, entering);
    } finally {
      if (await entering) await ports.batches.stepDown(repository, holderOf(work));
    }
  },
});

/** The Application is looked at in any case: nothing goes out, alone or with others, that it would not pick up. */
async function commitUnlessContended(work: Work, target: Target, entering: Promise<boolean>): Promise<Result> {
  const { ports, host, repository, deployment } = work;
  const [first, { application, maySync }] = await Promise.all([entering.then((isAlone) => (isAlone ? readFiles(work) : null)), lookAtApplication(ports, target)]);
  const { isDefaultBranch = false } = first ?? (namesBranch(application, repository) ? {} : await host.read([]));
  checkApplication({ application, maySync, repository, isDefaultBranch });
  if (first === null) return { status: 'contended', deployment };
  const committing = commitOnHead(readingOn(work, first), (snapshot) => commitOnce(work, snapshot), RACES);
  return committing.catch((error: unknown) => {
    if (error instanceof ConflictError) return { status: 'contended', deployment };
    throw error;
  });
}

/** What is proposed has a branch of its own, which nobody else pushes to. */
async function propose(work: Work, target: Target, delivery: PullRequestDelivery): Promise<Result> {
  const { ports, repository, deployment } = work;
  const [first, application] = await Promise.all([readFiles(work), lookAtApplication(ports, target)]);
  checkApplication({ ...application, repository, isDefaultBranch: first.isDefaultBranch === true });
  const proposing = { ...work, pulls: await ports.pullRequests(repository), branch: headBranch(deployment, target), delivery };
  return commitOnHead(readingOn(work, first), (snapshot) => proposeOnce(proposing, snapshot));
}

type Work = {
  readonly ports: Ports;
  readonly host: GitHost;
  readonly repository: Edit['git'];
  readonly edits: readonly Edit[];
  readonly execution: string;
  readonly deployment: Deployment;
};

/** A deployment tells of one commit, so its edits have one place to go to. */
function singleRepository(edits: readonly Edit[], repository: Edit['git'], deployment: Deployment): Edit['git'] {
  const other = edits.find(({ git }) => git.url !== repository.url || git.branch !== repository.branch)?.git;
  if (other === undefined) return repository;
  const places = [repository, other].map(({ url, branch }) => `${branch} of ${url}`).join(' and ');
  throw new ConfigurationError(`${targetName(deployment)} has edits in ${places}; put them into one repository and branch, since a release is one commit`);
}

async function lookAtApplication({ argocd }: Ports, target: Target) {
  const server = await argocd(target.argocd);
  const [application, rights] = await Promise.all([server.application(target.application), server.syncRights(target.application)]);
  return { application, maySync: rights.allowed };
}

/** False where somebody else is about to push to the branch: one more would only be in the way. */
function enter(work: Work): Promise<boolean> {
  const { batches, clock } = work.ports;
  return batches.enter(work.repository, leaseOf(holderOf(work), clock.now()));
}

function holderOf({ execution, deployment }: Work): string {
  return `${execution} ${targetName(deployment)} alone`;
}

function readFiles({ host, edits }: Work): Promise<GitSnapshot> {
  return host.read([...new Set(edits.map(({ file }) => file))]);
}

/** Begins with what was read already. */
function readingOn(work: Work, first: GitSnapshot): () => Promise<GitSnapshot> {
  const unread = [first];
  return async () => unread.pop() ?? readFiles(work);
}

/**
 * Head and files are read; then the claim is proven, in the write that says that it is about to be used; then the commit happens only
 * on that head. Where the value is there already, that write says that the release is rolled out from now on, as after a commit.
 */
async function commitOnce(work: Work, snapshot: GitSnapshot): Promise<Result> {
  const { ports, host, repository, edits, execution, deployment } = work;
  const { files, changes } = applyEdits(snapshot.files, edits, deployment.release);
  const state = await ports.targets.target(deployment);
  if (!holdsClaim(state, execution, deployment)) return superseded(deployment);
  const moved = movedTag(state, edits, deployment.release);
  if (moved !== null) return { status: 'failed', deployment: { ...deployment, cause: deployment.cause ?? moved } };
  if (!(await ports.targets.prove(deployment, { execution, generation: state.claim.generation }, { purpose: 'commit' }))) return superseded(deployment);
  if (changes.length === 0 && !mayBeOverwritten(work, snapshot)) return found(work, snapshot);
  const revision = await host.commit({ head: snapshot.revision, files, message: commitMessage(execution, deployment, { previous: state.current?.release ?? null, settings: repository.commit }) });
  return committed(work, { revision, head: revision, url: host.link(revision), changes });
}

function superseded(deployment: Deployment): Result {
  return { status: 'superseded', deployment: { ...deployment, cause: CLAIM_LOST } };
}

/**
 * The value is there, and whoever had the claim before may still be pushing another one on this head: only a commit, if of nothing,
 * makes that push fail. Our own commit at the head has done so already.
 */
function mayBeOverwritten({ execution, deployment }: Work, { message }: GitSnapshot): boolean {
  return deployment.interrupts !== undefined && !isOwnCommit(message, execution, deployment);
}

/** Every value is there: written by somebody else, or by us when the answer to our push was lost. */
function found(work: Work, { revision, message }: GitSnapshot): Result {
  const isOurs = isOwnCommit(message, work.execution, work.deployment);
  return committed(work, { revision: isOurs ? revision : null, head: revision, url: isOurs ? work.host.link(revision) : null, changes: [] });
}

function committed({ deployment, ports }: Work, commit: Commit): Result {
  return { status: 'committed', deployment: { ...deployment, commit, marks: { ...deployment.marks, committed: ports.clock.now() } } };
}
