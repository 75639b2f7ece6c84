import { resumeTargets } from '../../cli/targets/resume-targets.ts';
import { createMemoryApprovalStore } from '../../src/adapters/memory/approval-store.ts';
import { createMemoryArgoCd } from '../../src/adapters/memory/argo-cd.ts';
import { createMemoryEvents } from '../../src/adapters/memory/events.ts';
import { createMemoryGitHosts } from '../../src/adapters/memory/git-host.ts';
import { createMemoryMergeStore } from '../../src/adapters/memory/merge-store.ts';
import { createMemoryMetrics } from '../../src/adapters/memory/metrics.ts';
import { createMemoryRecordStore } from '../../src/adapters/memory/record-store.ts';
import { createMemoryReleaseRegistry } from '../../src/adapters/memory/release-registry.ts';
import { createMemoryServiceStore } from '../../src/adapters/memory/service-store.ts';
import { createMemoryTargetStore } from '../../src/adapters/memory/target-store.ts';
import { holdsClaim } from '../../src/domain/claim.ts';
import { type Deployment, goalOf, type Outcome, type RequestByHand } from '../../src/domain/deployment.ts';
import { type Instant, later } from '../../src/domain/instant.ts';
import { ConflictError } from '../../src/domain/errors.ts';
import type { OwnRequest } from '../../src/domain/own-request.ts';
import type { Release } from '../../src/domain/release.ts';
import type { Environment, GitRepository } from '../../src/domain/service.ts';
import type { TargetChange, TargetState } from '../../src/domain/target-state.ts';
import type { ClaimPurpose, TargetStore } from '../../src/ports/deployment-store.ts';
import type { Executions } from '../../src/ports/executions.ts';
import type { GitHost } from '../../src/ports/git-host.ts';
import { claimTarget } from '../../src/steps/claim-target.ts';
import { commitRelease } from '../../src/steps/commit-release.ts';
import { concludeDeployment } from '../../src/steps/conclude-deployment.ts';
import { rollBack } from '../../src/steps/roll-back.ts';
import { anApplication } from './application.ts';
import { aDeployment, aDigest, aRelease } from './release.ts';
import { anEnvironment, aService } from './service.ts';

export const KEY = { service: 'inference-service', environment: 'dev', target: 'eu' };
const GIT: GitRepository = { host: 'git', url: 'https://git.example.com/team/config.git', branch: 'main', aliases: [] };
const FILE = 'envs/dev/values.yaml';
const REPOSITORY = { registry: aRelease().registry, name: aRelease().repository };
const SCALARS = { git: GIT, file: FILE } as const;
const EDITS: Environment['edits'] = [{ ...SCALARS, path: 'image.tag', value: 'tag' }, { ...SCALARS, path: 'image.digest', value: 'digest' }];

/** What becomes of a release whose pods are watched, and which steps lose their first answer and are run again. */
export type Fate = { readonly rollout: 'succeeded' | 'failed' | 'errored'; readonly lost: readonly State[] };

type State = 'claim' | 'commit' | 'rollout' | 'roll-back' | 'way-back' | 'conclude';
type Place = { readonly state: State; readonly status: string; readonly deployment: Deployment };

/** One execution of the state machine, as far as one target goes. */
export type RacingExecution = {
  readonly name: string;
  readonly original: Deployment;
  readonly fate: Fate;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  redrives: number;
  redrivenAt: Instant | null;
  /** Where it is, or stopped. */
  place: Place;
  /** Grows with each stop and redrive: what was under way before is no longer heard. */
  pass: number;
};

export type Ended = { readonly execution: RacingExecution; readonly outcome: Outcome; readonly cause: string | null; readonly at: Instant };

/** Told of what happened on the target, in its order. */
export type Observer = {
  claimed(execution: RacingExecution, before: TargetState, change: TargetChange): void;
  proven(execution: RacingExecution, purpose: ClaimPurpose): void;
  committed(execution: RacingExecution): void;
};

export type RaceOptions = {
  readonly environment: Pick<Environment, 'order' | 'rollback'>;
  /** Runs a call when it is its turn: between any two calls others may go. */
  readonly inTurn: <Answer>(call: () => Promise<Answer>) => Promise<Answer>;
  readonly fates: readonly Fate[];
  readonly observer: Observer;
};

export type Race = ReturnType<typeof createRace>;

/** Executions that deploy to one target at once, over the stores in memory; every call of theirs to the world waits for its turn. */
export function createRace({ environment, inTurn, fates, observer }: RaceOptions) {
  let now = '2026-01-02T03:00:00.000Z';
  const clock = { now: () => (now = later(now, 1)) };
  const services = createMemoryServiceStore([aService({ environments: { dev: anEnvironment({ ...environment, edits: EDITS }) } })]);
  const hosts = createMemoryGitHosts();
  hosts.add(GIT.url, { files: { [FILE]: `image:\n  tag: none\n  digest: none\n` } });
  const argocd = createMemoryArgoCd(anApplication({ sources: [{ repoUrl: GIT.url, targetRevision: 'main' }] }));
  const registry = createMemoryReleaseRegistry();
  const store = createMemoryTargetStore();
  const shared = { services, clock, records: createMemoryRecordStore(), approvals: createMemoryApprovalStore(), merges: createMemoryMergeStore(), events: createMemoryEvents(), metrics: createMemoryMetrics() };
  const all: RacingExecution[] = [];
  const ended: Ended[] = [];
  const underWay = new Set<Promise<void>>();

  registry.push(REPOSITORY, { digest: aDigest('0'), imagePushedAt: now });

  /** A release of now, of the image of this character; that is pushed where it was not before. */
  async function release(character: string): Promise<Release> {
    const [digest, tag, releasedAt] = [aDigest(character), `1.0.${character}`, clock.now()];
    if ((await registry.image(REPOSITORY, { digest })) === null) registry.push(REPOSITORY, { digest, imagePushedAt: releasedAt }, tag);
    return ofImage({ digest, tag, releasedAt });
  }

  async function ofImage({ tag, digest, releasedAt }: Pick<Release, 'tag' | 'digest' | 'releasedAt'>): Promise<Release> {
    const image = await registry.image(REPOSITORY, { digest });
    return aRelease({ tag, digest, releasedAt, imagePushedAt: image?.imagePushedAt ?? releasedAt });
  }

  const executions: Executions = {
    status: (name) => inTurn(async () => all.find((one) => one.name === name)?.status ?? null),
    start: (name, request) =>
      inTurn(async () => {
        if (all.some((one) => one.name === name)) return 'known';
        start(name, await ofImage(request as OwnRequest));
        return 'started';
      }),
    answer: () => Promise.reject(new Error('Nobody is asked for approval here.')),
  };

  function start(name: string, release: Release, request?: RequestByHand): RacingExecution {
    const deployment = aDeployment({ release, marks: { started: clock.now() }, ...(request !== undefined && { request }) });
    const fate = fates[all.length % fates.length] ?? { rollout: 'succeeded', lost: [] };
    const place: Place = { state: 'claim', status: '', deployment };
    const execution: RacingExecution = { name, original: deployment, fate, status: 'RUNNING', redrives: 0, redrivenAt: null, place, pass: 0 };
    all.push(execution);
    go(execution);
    return execution;
  }

  function go(execution: RacingExecution): void {
    const running = run(execution, ++execution.pass).finally(() => underWay.delete(running));
    underWay.add(running);
  }

  async function run(execution: RacingExecution, pass: number): Promise<void> {
    while (execution.status === 'RUNNING') {
      const { state } = execution.place;
      const { fate } = execution;
      if (fate.lost.includes(state)) await retried(() => visit(execution));
      if (execution.pass !== pass) return;
      const next = await retried(() => visit(execution));
      // Stopped by hand meanwhile: what the step did is done, and nobody hears its answer.
      if (execution.pass !== pass) return;
      if (next === null) execution.status = endOf(execution);
      else execution.place = next;
    }
  }

  function endOf(execution: RacingExecution): 'SUCCEEDED' | 'FAILED' {
    const outcome = ended.findLast((one) => one.execution === execution)?.outcome ?? 'errored';
    return ['failed', 'errored', 'rolled-back'].includes(outcome) ? 'FAILED' : 'SUCCEEDED';
  }

  /** Runs the step of the state that the execution is in, and answers where it goes on; null where it ends. */
  async function visit(execution: RacingExecution): Promise<Place | null> {
    const { state, deployment, status } = execution.place;
    const input = { execution: execution.name, redrives: execution.redrives, redrivenAt: execution.redrivenAt, deployment };
    const ports = { ...shared, targets: targetsOf(execution), executions, registry, argocd: async () => argocd, git: async () => gitOf(execution, state), pullRequests: hosts.openPullRequests };
    switch (state) {
      case 'claim':
        return after(await claimTarget.run(ports, input), { claimed: 'commit' });
      case 'commit':
        return after(await commitRelease.run(ports, input), { committed: 'rollout' });
      case 'rollout':
      case 'way-back': {
        const rollout = await watch(ports.targets, execution);
        return { state: rollout === 'failed' && state === 'rollout' ? 'roll-back' : 'conclude', status: rollout, deployment: rollout === 'failed' ? { ...deployment, cause: 'pod web: OOMKilled' } : deployment };
      }
      case 'roll-back':
        return after(await rollBack.run(ports, input), { committed: 'way-back' });
      case 'conclude': {
        const { outcome, cause } = await concludeDeployment.run(ports, { ...input, status, trouble: null });
        ended.push({ execution, outcome, cause, at: clock.now() });
        return null;
      }
    }
  }

  /** As the watching steps do: the claim is proven, the value must still be on the branch, and then the pods decide. */
  async function watch(targets: Pick<TargetStore, 'target'>, { name, place: { deployment, state }, fate }: RacingExecution): Promise<string> {
    const isOnBranch = await inTurn(async () => (await branch()) === goalOf(deployment).digest);
    if (!holdsClaim(await targets.target(KEY), name, deployment) || !isOnBranch) return 'superseded';
    return state === 'way-back' ? 'succeeded' : fate.rollout;
  }

  const operators: TargetStore = { ...store, target: (key) => inTurn(() => store.target(key)), change: (key, state, change) => inTurn(() => store.change(key, state, change)) };

  function targetsOf(execution: RacingExecution): TargetStore {
    return {
      target: (key) => inTurn(() => store.target(key)),
      change: (key, state, change) =>
        inTurn(async () => {
          const done = await store.change(key, state, change);
          if (done && change.claim?.execution === execution.name) observer.claimed(execution, state, change);
          return done;
        }),
      prove: (key, proof, purpose) =>
        inTurn(async () => {
          const done = await store.prove(key, proof, purpose);
          if (done) observer.proven(execution, purpose);
          return done;
        }),
      conclude: (key, proof, current) => inTurn(() => store.conclude(key, proof, current)),
    };
  }

  async function gitOf(execution: RacingExecution, state: State): Promise<GitHost> {
    const host = await hosts.open(GIT);
    return {
      ...host,
      read: (paths, revision) => inTurn(() => host.read(paths, revision)),
      commit: (change) =>
        inTurn(async () => {
          const revision = await host.commit(change);
          if (state === 'commit') observer.committed(execution);
          return revision;
        }),
    };
  }

  /** The digest that the branch names. */
  async function branch(): Promise<string> {
    const { files } = await (await hosts.open(GIT)).read([FILE]);
    return /digest: "?(\S+?)"?\n/.exec(files[FILE] ?? '')?.[1] ?? '';
  }

  return {
    clock,
    executions,
    all,
    ended,
    release,
    start,
    branch,
    state: () => store.target(KEY),
    /** As the commands for operators do it. False when the target changed meanwhile. */
    changeTarget: async (change: TargetChange) => operators.change(KEY, await operators.target(KEY), change),
    /** Lifts the hold, where there is one, and starts what waited for it. */
    async resume(): Promise<void> {
      if ((await store.target(KEY)).hold !== null) await resumeTargets({ targets: operators, executions }, [KEY], 'test');
    },
    stop(execution: RacingExecution): void {
      if (execution.status !== 'RUNNING') return;
      execution.status = 'ABORTED';
      execution.pass += 1;
    },
    /** As Step Functions does it: a stopped one goes on in the state that it was in, a failed one from the beginning of its deployment. */
    redrive(execution: RacingExecution): void {
      if (execution.status === 'FAILED') execution.place = { state: 'claim', status: '', deployment: execution.original };
      execution.redrives += 1;
      execution.redrivenAt = clock.now();
      execution.status = 'RUNNING';
      go(execution);
    },
    /** Until nothing is under way any more. */
    async settled(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

/** As the state machine retries a race that was lost too often in one step. */
async function retried<Answer>(visit: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await visit();
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

/** Where a step's status leads; its default is the conclusion. */
function after({ status, deployment }: { readonly status: string; readonly deployment: Deployment }, good: Readonly<Record<string, State>>): Place {
  return { state: good[status] ?? 'conclude', status, deployment };
}
