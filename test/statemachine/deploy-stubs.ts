import type { Json, JsonObject } from '../../sandbox/aws/states/engine/json.ts';
import { isJsonObject } from '../../sandbox/aws/states/engine/json.ts';
import { awaitApproval } from '../../src/steps/await-approval.ts';
import { awaitMerge } from '../../src/steps/await-merge.ts';
import { checkAccess } from '../../src/steps/check-access.ts';
import { checkRollout } from '../../src/steps/check-rollout.ts';
import { claimTarget } from '../../src/steps/claim-target.ts';
import { commitRelease } from '../../src/steps/commit-release.ts';
import { concludeDeployment } from '../../src/steps/conclude-deployment.ts';
import { concludeRelease } from '../../src/steps/conclude-release.ts';
import { resolveRelease } from '../../src/steps/resolve-release.ts';
import { rollBack } from '../../src/steps/roll-back.ts';
import { syncApplication } from '../../src/steps/sync-application.ts';
import { verifyRelease } from '../../src/steps/verify-release.ts';
import { causeOf, outcomeOf } from '../../src/domain/conclusion.ts';
import { targetName } from '../../src/domain/deployment.ts';
import { aRelease, aRollback } from '../support/release.ts';
import { anError } from './engine/run-definition.ts';

/** The step behind each Task: its input schema says what the state machine may send. */
export const STEPS = {
  ResolveRelease: resolveRelease,
  AwaitApproval: awaitApproval,
  ClaimTarget: claimTarget,
  CheckAccess: checkAccess,
  CommitRelease: commitRelease,
  AwaitMerge: awaitMerge,
  SyncApplication: syncApplication,
  CheckRollout: checkRollout,
  VerifyRelease: verifyRelease,
  RollBack: rollBack,
  ConcludeDeployment: concludeDeployment,
  ConcludeRelease: concludeRelease,
} as const;

export type StepName = keyof typeof STEPS;

/** The steps of the straight way from the claim of a target to its conclusion. */
export const TARGET_STEPS = ['ClaimTarget', 'CheckAccess', 'CommitRelease', 'SyncApplication', 'CheckRollout', 'VerifyRelease'] as const satisfies readonly StepName[];

/** One call of a function by the state machine. */
export type Call = {
  readonly step: StepName;
  readonly payload: JsonObject;
  /** `environment/target` of the deployment; empty for the steps around the Map. */
  readonly target: string;
  /** How often this step was called for this target before. */
  readonly earlier: number;
  /** Seconds after the start of the execution. */
  readonly at: number;
};

/**
 * Stands for a function. A thrown error is the function's; one named `Lambda.…` or `States.…` is the service's. What stands for
 * AwaitApproval or AwaitMerge returns the answer to its token, or null while nobody has answered.
 */
export type Stub = (call: Call, sleep: (seconds: number) => Promise<void>) => unknown;

export type Stubs = Readonly<Partial<Record<StepName, Stub>>>;

/** Status with which each step lets the deployment go on; a rollout leaves nothing to verify unless told so. */
const GOOD = { RollBack: 'failed', ClaimTarget: 'claimed', CheckAccess: 'granted', CommitRelease: 'committed', SyncApplication: 'applied', CheckRollout: 'succeeded', VerifyRelease: 'succeeded' };

/** A function of each step that succeeds at once. The two that conclude decide as the real ones do. */
export function happyStubs(targets: readonly string[]): Readonly<Record<StepName, Stub>> {
  return {
    ResolveRelease: () => found(targets),
    AwaitApproval: () => APPROVED,
    ClaimTarget: good,
    CheckAccess: good,
    CommitRelease: good,
    AwaitMerge: () => MERGED,
    SyncApplication: good,
    CheckRollout: good,
    VerifyRelease: good,
    RollBack: good,
    ConcludeDeployment: ({ payload }) => concluded(payload),
    ConcludeRelease: ({ payload }) => concludeRelease.run({}, parsed('ConcludeRelease', payload)),
  };
}

/** A person's yes. */
export const APPROVED = { status: 'approved', by: 'arn:aws:iam::111122223333:user/ada', at: '2026-01-01T00:00:30.000Z' };

/** The pull request is merged. */
export const MERGED = { status: 'merged', at: '2026-01-01T00:00:30.000Z' };

/** Proposes the release; after its merge the branch carries it. */
export const proposing: Stub = ({ payload }) => {
  const deployment = deploymentOf(payload);
  const { merged } = deployment['marks'] as { merged?: string };
  if (merged !== undefined) return { status: 'committed', deployment };
  const pullRequest = { number: 7, url: 'https://git.example.com/team/config/pulls/7', timeoutSeconds: 3_600, base: 'a'.repeat(40), changes: [] };
  return { status: 'proposed', deployment: { ...deployment, pullRequest } };
};

/** What the real step would read; throws where the state machine sent something else. */
export function parsed<Name extends StepName>(step: Name, payload: Json): (typeof STEPS)[Name]['input']['_zod']['output'] {
  return STEPS[step].input.parse(payload);
}

/** The release goes to these targets, of which each environment asks for approval where a timeout is given. */
export function found(targets: readonly string[], timeoutSeconds?: number): object {
  const started = '2026-01-01T00:00:00.000Z';
  const keys = targets.map((name) => {
    const [environment = '', target = ''] = name.split('/');
    return { service: 'inference-service', environment, target, ...(timeoutSeconds !== undefined && { approval: { timeoutSeconds } }) };
  });
  return { status: 'found', origin: { release: aRelease(), marks: { started, resolved: started } }, targets: keys };
}

function good({ step, payload }: Call): object {
  const status = Object.entries(GOOD).find(([name]) => name === step)?.[1];
  if (status === undefined) throw new Error(`No status stands for success of ${step}.`);
  return { status, deployment: payload['deployment'] };
}

function concluded(payload: JsonObject): object {
  const { deployment, status, trouble, redrives } = parsed('ConcludeDeployment', payload);
  return { target: targetName(deployment), outcome: outcomeOf(status, deployment.rollback), cause: causeOf(deployment, status, trouble), timings: { total: 100, overhead: 10 }, redrives };
}

/** Answers with these statuses one after the other, for each target by itself; the last one stays. */
export function answering(...statuses: string[]): Stub {
  return ({ payload, earlier }) => ({ status: statuses[Math.min(earlier, statuses.length - 1)], deployment: payload['deployment'] });
}

/** Answers with that status and that cause. */
export function ending(status: string, cause: string): Stub {
  return ({ payload }) => ({ status, deployment: { ...deploymentOf(payload), cause } });
}

/** Turns the deployment round: the previous release is committed, and goes the same way. */
export const turningRound: Stub = ({ payload }) => ({ status: 'committed', deployment: { ...deploymentOf(payload), rollback: aRollback() } });

/** Throws that error on the first calls for each target, and then does as `after`, by default succeeding. */
export function throwing(error: string, { times = Infinity, message = 'said so', after = good }: { times?: number; message?: string; after?: Stub } = {}): Stub {
  return (call, sleep) => {
    if (call.earlier < times) throw anError(error, message);
    return after(call, sleep);
  };
}

/** Needs that long for each call. */
export function taking(seconds: number, stub: Stub = good): Stub {
  return async (call, sleep) => {
    await sleep(seconds);
    return stub(call, sleep);
  };
}

/** Does so for that target; succeeds for the others. */
export function onlyFor(target: string, stub: Stub): Stub {
  return (call, sleep) => (call.target === target ? stub : good)(call, sleep);
}

export function deploymentOf(payload: JsonObject): JsonObject {
  const { deployment } = payload;
  if (deployment === undefined || !isJsonObject(deployment)) throw new Error('The payload has no deployment.');
  return deployment;
}
