import { CLAIM_LOST } from '../domain/claim.ts';
import { commitMessage, isOwnCommit } from '../domain/commit-message.ts';
import { type Commit, type Deployment, resumed, type StepResult } from '../domain/deployment.ts';
import { takeBack } from '../domain/edits.ts';
import type { Instant } from '../domain/instant.ts';
import type { Release } from '../domain/release.ts';
import { type Committed, decideRollback, firstCause, turnedRound, withReason } from '../domain/rollback.ts';
import type { Edit } from '../domain/service.ts';
import type { Clock } from '../ports/clock.ts';
import type { ServiceStore, TargetStore } from '../ports/deployment-store.ts';
import type { GitHost, GitSnapshot, OpenGitHost } from '../ports/git-host.ts';
import type { ReleaseRegistry } from '../ports/release-registry.ts';
import { commitOnHead } from './commit-on-head.ts';
import { defineStep } from './step.ts';
import { editedRepository, readTargetConfig } from './target-config.ts';
import { TargetStepInput } from './wire.ts';

export type RollBackPorts = {
  readonly services: Pick<ServiceStore, 'service'>;
  readonly targets: Pick<TargetStore, 'target' | 'prove'>;
  readonly registry: Pick<ReleaseRegistry, 'image'>;
  readonly git: OpenGitHost;
  readonly clock: Pick<Clock, 'now'>;
};

/**
 * - `committed`: the previous release is on the branch again, and the deployment is on its way back to it.
 * - `failed`: the failure stands; where a rollback was to be expected, the cause says why there was none.
 * - `superseded`: the claim went to a newer release.
 */
export type RollBackStatus = 'committed' | 'failed' | 'superseded';

type Result = StepResult<RollBackStatus>;

/** Quarantines the release that failed, and brings the previous one back as a commit: by the environment's policy, and once. */
export const rollBack = defineStep({
  name: 'roll-back',
  input: TargetStepInput,
  async run(ports: RollBackPorts, input: TargetStepInput): Promise<Result> {
    const failedAt = ports.clock.now();
    const deployment = resumed(input.deployment, input);
    const [{ environment, edits }, state] = await Promise.all([readTargetConfig(ports.services, deployment), ports.targets.target(deployment)]);
    const decided = decideRollback(deployment, environment.rollback, state);
    if (decided.decision === 'stand') return stands(deployment, decided.why);
    if (await isGone(ports, decided.to)) return stands(deployment, `nothing to roll back to: ${decided.to.tag} is no longer in ECR`);
    const repository = editedRepository(edits, deployment);
    const host = await ports.git(repository);
    const work: Work = { ports, host, repository, edits, execution: input.execution, failedAt, deployment: decided.deployment, to: decided.to };
    return commitOnHead(() => host.read([...new Set(edits.map(({ file }) => file))]), (snapshot) => commitOnce(work, snapshot));
  },
});

type Work = {
  readonly ports: RollBackPorts;
  readonly host: GitHost;
  readonly repository: Edit['git'];
  readonly edits: readonly Edit[];
  readonly execution: string;
  readonly failedAt: Instant;
  readonly deployment: Committed;
  readonly to: Release;
};

/** An archived image cannot be pulled either. */
async function isGone({ registry }: RollBackPorts, { registry: host, repository, digest }: Release): Promise<boolean> {
  const image = await registry.image({ registry: host, name: repository }, { digest });
  return image === null || image.archived;
}

/** Head and files are read; then the claim is proven, in the write that quarantines; then the commit happens only on that head. */
async function commitOnce(work: Work, snapshot: GitSnapshot): Promise<Result> {
  const { host, repository, edits, execution, deployment, to, failedAt } = work;
  if (!(await proveAndQuarantine(work))) return { status: 'superseded', deployment: { ...deployment, cause: withReason(deployment, `not rolled back, ${CLAIM_LOST}`) } };
  const taken = takeBack(snapshot.files, edits, { failed: deployment.release, previous: to });
  if ('changed' in taken) {
    const { file, path } = taken.changed;
    return stands(deployment, `not rolled back: ${path} of ${file} was changed since, at ${snapshot.revision}`);
  }
  const turned = turnedRound(deployment, to, failedAt);
  if (taken.changes.length === 0) return committed(work, turned, foundCommit(work, turned, snapshot));
  const revision = await host.commit({ head: snapshot.revision, files: taken.files, message: commitMessage(execution, turned, { settings: repository.commit }) });
  return committed(work, turned, { revision, head: revision, url: host.link(revision), changes: taken.changes });
}

function proveAndQuarantine({ ports, execution, deployment, failedAt }: Work): Promise<boolean> {
  const { claim, release } = deployment;
  const quarantine = { digest: release.digest, tag: release.tag, since: failedAt, cause: firstCause(deployment) };
  return ports.targets.prove(deployment, { execution, generation: claim.generation }, { purpose: 'rollback', quarantine });
}

/** Every value is back already: by somebody else, or by us when the answer to our push was lost. */
function foundCommit({ host, execution }: Work, turned: Deployment, { revision, message }: GitSnapshot): Commit {
  const isOurs = isOwnCommit(message, execution, turned);
  return { revision: isOurs ? revision : null, head: revision, url: isOurs ? host.link(revision) : null, changes: [] };
}

function committed({ ports }: Work, turned: Deployment, commit: Commit): Result {
  return { status: 'committed', deployment: { ...turned, commit, marks: { ...turned.marks, committed: ports.clock.now() } } };
}

function stands(deployment: Deployment, why: string | null): Result {
  return { status: 'failed', deployment: why === null ? deployment : { ...deployment, cause: withReason(deployment, why) } };
}
