import { type Claim, type ClaimCircumstances, type Claimant, decideClaim } from '../domain/claim.ts';
import { type Deployment, resumed, type StepResult, targetName } from '../domain/deployment.ts';
import { ConflictError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import type { TargetState } from '../domain/target-state.ts';
import type { Clock } from '../ports/clock.ts';
import type { ServiceStore, TargetStore } from '../ports/deployment-store.ts';
import type { Executions } from '../ports/executions.ts';
import { begunEarly } from './begun-early.ts';
import { claimantOf } from './claimant.ts';
import { holderRuns } from './execution-runs.ts';
import { defineStep } from './step.ts';
import { readTargetConfig } from './target-config.ts';
import { TargetStepInput } from './wire.ts';

type Ports = {
  readonly services: Pick<ServiceStore, 'service'>;
  readonly targets: Pick<TargetStore, 'target' | 'change'>;
  readonly executions: Pick<Executions, 'status'>;
  readonly clock: Pick<Clock, 'now'>;
};

type Result = StepResult<'claimed' | 'superseded' | 'ignored'>;

/** How often a lost race for the claim is run again here before the state machine retries. */
const ATTEMPTS = 5;

/** The newest release wins the right to write to its target; what may not be deployed yet is noted there, and waits. */
export const claimTarget = defineStep({
  name: 'claim-target',
  input: TargetStepInput,
  async run(ports: Ports, input: TargetStepInput): Promise<Result> {
    const deployment = resumed(input.deployment, input);
    let reading = begunEarly(ports.targets.target(deployment));
    const { environment } = await readTargetConfig(ports.services, deployment);
    const claimant = claimantOf(input);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++, reading = ports.targets.target(deployment)) {
      const state = await reading;
      const now = ports.clock.now();
      const circumstances = { order: environment.order, holderRuns: await holderRuns(ports.executions, state, now, input.execution), now };
      const result = await claimOnce(ports, deployment, { state, claimant, circumstances });
      if (result !== null) return result;
    }
    throw new ConflictError(`Claim of ${targetName(deployment)} changed ${ATTEMPTS} times while it was taken; the state machine tries again.`);
  },
});

type Attempt = { readonly state: TargetState; readonly claimant: Claimant; readonly circumstances: ClaimCircumstances };

/** Null when the target changed since its state was read. */
async function claimOnce({ targets, clock }: Ports, deployment: Deployment, { state, claimant, circumstances }: Attempt): Promise<Result | null> {
  const decided = decideClaim(state, claimant, circumstances);
  if (decided.change !== null && !(await targets.change(deployment, state, decided.change))) return null;
  if (decided.decision !== 'take') return { status: decided.decision, deployment: { ...deployment, cause: decided.cause } };
  return { status: 'claimed', deployment: claimed(keepingRecord(deployment, state), decided.change.claim, clock.now()) };
}

function claimed(deployment: Deployment, { generation, redrives, interrupts }: Claim, now: Instant): Deployment {
  return { ...deployment, claim: { generation, redrives }, marks: { ...deployment.marks, claimed: now }, ...(interrupts !== undefined && { interrupts }) };
}

/** The digest that is current already keeps its place in the history: deploying it again adds an attempt, not a record. */
function keepingRecord(deployment: Deployment, { current }: TargetState): Deployment {
  if (current === null || current.release.digest !== deployment.release.digest) return deployment;
  return { ...deployment, release: { ...deployment.release, releasedAt: current.release.releasedAt } };
}
