import { checkApplication } from '../domain/application-check.ts';
import { CLAIM_LOST, holdsClaim } from '../domain/claim.ts';
import { commitMessage, isOwnCommit } from '../domain/commit-message.ts';
import { type Commit, type Deployment, resumed, type StepResult, targetName } from '../domain/deployment.ts';
import { applyEdits } from '../domain/edits.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { movedTag } from '../domain/moved-tag.ts';
import { headBranch } from '../domain/pull-request.ts';
import type { Edit, Target } from '../domain/service.ts';
import type { OpenArgoCd } from '../ports/argo-cd.ts';
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
  readonly git: OpenGitHost;
  /** Opened where the environment proposes its releases. */
  readonly pullRequests: OpenPullRequests;
  readonly argocd: OpenArgoCd;
  readonly clock: Pick<Clock, 'now'>;
};

type Result = StepResult<'committed' | 'proposed' | 'superseded' | 'failed'>;

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
    const [first, application] = await Promise.all([readFiles(work), lookAtApplication(ports, target)]);
    checkApplication({ ...application, repository, isDefaultBranch: first.isDefaultBranch === true });
    const unused = [first];
    const read = async () => unused.pop() ?? readFiles(work);
    if (environment.pullRequest === undefined) return commitOnHead(read, (snapshot) => commitOnce(work, snapshot));
    const proposing = { ...work, pulls: await ports.pullRequests(repository), branch: headBranch(deployment, target), delivery: environment.pullRequest };
    return commitOnHead(read, (snapshot) => proposeOnce(proposing, snapshot));
  },
});

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

function readFiles({ host, edits }: Work): Promise<GitSnapshot> {
  return host.read([...new Set(edits.map(({ file }) => file))]);
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
