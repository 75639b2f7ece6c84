import { readFileSync } from 'node:fs';
import { RetryBudget, type Retrier } from '../../../sandbox/aws/states/engine/retry.ts';
import { StatesError } from '../../../sandbox/aws/states/engine/errors.ts';
import type { GatedRequest, Party } from './gate.ts';

export type StepName = keyof typeof STEPS;

/** A request that changes something: the `nth` of its kind in one invocation. */
export type Effect = { readonly name: string; readonly party: Party; readonly operation: RegExp; readonly nth?: number };

export type FaultStep = {
  /** Name of the function without the stack's. */
  readonly functionName: string;
  /** Parts of the world that it cannot do without, in the order in which it asks them. */
  readonly parties: readonly Party[];
  readonly effects: readonly Effect[];
  /** The last request of a step that only reads: then it knows, and has told nobody. */
  readonly lastRead?: Effect;
  /** Of its role, the actions without which it fails. */
  readonly rights: readonly string[];
  /** Name of its role without the stack's, where it is not the function's. */
  readonly role?: string;
};

const PUSH: Effect = { name: 'push', party: 'git', operation: /^POST .*git-receive-pack$/ };

/** What each step, and the sweep, asks and changes on its way to a release. A cell whose request never came fails. */
export const STEPS = {
  ResolveRelease: {
    functionName: 'resolve-release',
    parties: ['table', 'registry'],
    effects: [],
    lastRead: { name: 'last look', party: 'registry', operation: /^BatchGetImage$/ },
    rights: ['dynamodb:GetItem', 'ecr:DescribeImages'],
  },
  AwaitApproval: {
    functionName: 'await-approval',
    parties: ['table'],
    effects: [{ name: 'question', party: 'table', operation: /^UpdateItem$/ }],
    rights: ['dynamodb:UpdateItem'],
  },
  ClaimTarget: {
    functionName: 'claim-target',
    parties: ['table'],
    effects: [{ name: 'claim', party: 'table', operation: /^UpdateItem$/ }],
    rights: ['dynamodb:UpdateItem'],
  },
  CheckAccess: {
    functionName: 'check-access',
    parties: ['table', 'eks', 'secrets', 'argocd', 'cluster'],
    effects: [],
    lastRead: { name: 'last look', party: 'cluster', operation: /\/events\?/ },
    rights: ['dynamodb:GetItem', 'eks:DescribeCluster', 'secretsmanager:GetSecretValue'],
    role: 'cluster-reader',
  },
  CommitRelease: {
    functionName: 'commit-release',
    parties: ['table', 'secrets', 'git', 'argocd'],
    effects: [{ name: 'proof', party: 'table', operation: /^UpdateItem$/ }, PUSH],
    rights: ['dynamodb:UpdateItem', 'secretsmanager:GetSecretValue'],
  },
  AwaitMerge: {
    functionName: 'await-merge',
    parties: ['table', 'secrets', 'git'],
    effects: [{ name: 'place to wait', party: 'table', operation: /^UpdateItem$/ }],
    lastRead: { name: 'last look', party: 'git', operation: /^GET .*\/pulls\/\d+$/ },
    rights: ['dynamodb:UpdateItem', 'secretsmanager:GetSecretValue'],
  },
  SyncApplication: {
    functionName: 'sync-application',
    parties: ['table', 'secrets', 'argocd'],
    effects: [{ name: 'sync request', party: 'argocd', operation: /^POST .*\/sync$/ }],
    rights: ['dynamodb:GetItem', 'secretsmanager:GetSecretValue'],
  },
  CheckRollout: {
    functionName: 'check-rollout',
    parties: ['table', 'eks', 'secrets', 'argocd', 'cluster'],
    effects: [],
    lastRead: { name: 'last look', party: 'argocd', operation: /^GET \/api\/v1\/applications\/[^/]+\?project=/ },
    rights: ['dynamodb:GetItem'],
    role: 'cluster-reader',
  },
  VerifyRelease: {
    functionName: 'verify-release',
    parties: ['table', 'secrets', 'argocd'],
    effects: [],
    lastRead: { name: 'last look', party: 'argocd', operation: /^GET \/api\/v1\/applications\/[^/]+\?project=/ },
    rights: ['dynamodb:GetItem', 'secretsmanager:GetSecretValue'],
  },
  RollBack: {
    functionName: 'roll-back',
    parties: ['table', 'registry', 'secrets', 'git'],
    effects: [{ name: 'quarantine', party: 'table', operation: /^UpdateItem$/ }, PUSH],
    rights: ['dynamodb:UpdateItem', 'ecr:DescribeImages', 'secretsmanager:GetSecretValue'],
  },
  ConcludeDeployment: {
    functionName: 'conclude-deployment',
    parties: ['table', 'events'],
    effects: [
      { name: 'record', party: 'table', operation: /^UpdateItem$/ },
      { name: 'current release', party: 'table', operation: /^UpdateItem$/, nth: 2 },
      { name: 'event', party: 'events', operation: /^PutEvents$/ },
    ],
    rights: ['dynamodb:UpdateItem', 'events:PutEvents'],
  },
  ConcludeRelease: { functionName: 'conclude-release', parties: [], effects: [], rights: [] },
  /** No state: a schedule runs it, and it starts executions. */
  SweepReleases: {
    functionName: 'sweep-releases',
    parties: ['table', 'registry', 'executions'],
    effects: [{ name: 'start', party: 'executions', operation: /^StartExecution$/ }],
    lastRead: { name: 'last look', party: 'registry', operation: /^DescribeImages$/ },
    rights: ['dynamodb:GetItem', 'ecr:DescribeImages', 'states:StartExecution'],
  },
} as const satisfies Readonly<Record<string, FaultStep>>;

/** The steps of the state machine. */
export const STEP_NAMES = (Object.keys(STEPS) as readonly StepName[]).filter((name) => name !== 'SweepReleases');

export function stepOf(name: StepName): FaultStep {
  return STEPS[name];
}

/** Counts the requests of an invocation until the effect's own. */
export function isEffect({ party, operation, nth = 1 }: Effect): (request: GatedRequest) => boolean {
  let seen = 0;
  return (request) => request.party === party && operation.test(request.operation) && ++seen === nth;
}

type State = { readonly Retry?: readonly Retrier[]; readonly ItemProcessor?: { readonly States: States } };
type States = Readonly<Record<string, State>>;

/**
 * How long the state machine waits on average before it tries the step again after this error, in milliseconds: full jitter waits
 * half of each delay. Tests let it wait a hundredth, so an outage of 30 s is one of as many attempts as fall into 30 s.
 */
export function meanWaits(step: StepName): (error: string) => number {
  const { States } = JSON.parse(readFileSync(new URL('../../../statemachine/deploy.asl.json', import.meta.url), 'utf8')) as { States: States };
  const states = { ...States, ...States['DeployTargets']?.ItemProcessor?.States };
  const budget = new RetryBudget(states[step]?.Retry ?? []);
  return (error) => budget.delay(new StatesError(error, ''), () => 0.5) ?? 0;
}
