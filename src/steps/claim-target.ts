import { type Claim, decideClaim } from '../domain/claim.ts';
import { type Deployment, resumed, type StepResult, targetName } from '../domain/deployment.ts';
import { ConflictError } from '../domain/errors.ts';
import type { ReleaseOrder } from '../domain/release.ts';
import type { TargetState } from '../domain/target-state.ts';
import type { Clock } from '../ports/clock.ts';
import type { TargetStore } from '../ports/deployment-store.ts';
import type { Executions } from '../ports/executions.ts';
import { defineStep } from './step.ts';
import { TargetStepInput } from './wire.ts';

type Ports = { readonly targets: TargetStore; readonly executions: Executions; readonly clock: Clock };

/** How often a lost race for the claim is run again here before the state machine retries. */
const ATTEMPTS = 5;

/** An execution this young may not be visible to DescribeExecution yet, so it counts as running. */
const VISIBLE_AFTER_MS = 60_000;

/** The newest release wins the right to write to its target. */
export const claimTarget = defineStep({
  name: 'claim-target',
  input: TargetStepInput,
  async run({ targets, executions, clock }: Ports, input: TargetStepInput): Promise<StepResult<'claimed' | 'superseded' | 'ignored'>> {
    const deployment = resumed(input.deployment, input);
    const claimant = { execution: input.execution, redrives: input.redrives, release: deployment.release };
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const state = await targets.target(deployment);
      const now = clock.now();
      const decided = decideClaim(state, claimant, await holderRuns(executions, state, input.execution, now), now);
      if (decided.decision === 'superseded') return { status: 'superseded', deployment: { ...deployment, cause: newer(decided.by) } };
      if (decided.decision === 'ignored') return { status: 'ignored', deployment: { ...deployment, cause: `already being deployed by ${decided.holder}` } };
      if (await targets.change(deployment, state, { claim: decided.claim })) return { status: 'claimed', deployment: claimed(keepingRecord(deployment, state), decided.claim, clock) };
    }
    throw new ConflictError(`Claim of ${targetName(deployment)} changed ${ATTEMPTS} times while it was taken; the state machine tries again.`);
  },
});

async function holderRuns(executions: Executions, { claim }: TargetState, execution: string, now: string): Promise<boolean> {
  if (claim === null || claim.execution === null || claim.execution === execution) return false;
  const status = await executions.status(claim.execution);
  if (status === null) return Date.parse(now) - Date.parse(claim.claimedAt) < VISIBLE_AFTER_MS;
  return status === 'RUNNING' || status === 'PENDING_REDRIVE';
}

function claimed(deployment: Deployment, claim: Claim, clock: Clock): Deployment {
  return { ...deployment, claim: { generation: claim.generation, redrives: claim.redrives }, marks: { ...deployment.marks, claimed: clock.now() } };
}

/** The digest that is current already keeps its place in the history: deploying it again adds an attempt, not a record. */
function keepingRecord(deployment: Deployment, { current }: TargetState): Deployment {
  if (current === null || current.release.digest !== deployment.release.digest) return deployment;
  return { ...deployment, release: { ...deployment.release, releasedAt: current.release.releasedAt } };
}

function newer(by: ReleaseOrder): string {
  return `superseded by the newer release ${by.digest.slice(0, 19)} of ${by.releasedAt}`;
}
