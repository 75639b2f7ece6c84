import * as z from 'zod/mini';
import { causeOf, type Conclusion, outcomeOf } from '../domain/conclusion.ts';
import { type Deployment, type Outcome, targetName } from '../domain/deployment.ts';
import { timings } from '../domain/timings.ts';
import type { Clock } from '../ports/clock.ts';
import type { Attempt, RecordStore, TargetStore } from '../ports/deployment-store.ts';
import type { DeploymentConcluded, Events, Metrics } from '../ports/events.ts';
import { defineStep } from './step.ts';
import { DeploymentSchema } from './wire.ts';

type Ports = { readonly records: RecordStore; readonly targets: TargetStore; readonly events: Events; readonly metrics: Metrics; readonly clock: Clock };

const ConcludeDeploymentInput = z.object({
  execution: z.string(),
  redrives: z.number(),
  deployment: DeploymentSchema,
  status: z.string(),
  trouble: z.nullable(z.object({ error: z.string(), cause: z.string() })),
});
type ConcludeDeploymentInput = z.infer<typeof ConcludeDeploymentInput>;

/**
 * Outcome and timings recorded, claim given back, event published: in this order, each of them safe to repeat, so that a retry after
 * any of them ends the same.
 */
export const concludeDeployment = defineStep({
  name: 'conclude-deployment',
  input: ConcludeDeploymentInput,
  async run({ records, targets, events, metrics, clock }: Ports, input: ConcludeDeploymentInput): Promise<Conclusion> {
    const { deployment, execution } = input;
    const outcome = outcomeOf(input.status);
    const cause = causeOf(deployment, input.status, input.trouble);
    const concludedAt = clock.now();
    const measured = timings(deployment.marks, deployment.idle, outcome === 'succeeded' ? undefined : concludedAt);
    // An ignored release is another execution's: the record and the event are its to make.
    if (outcome !== 'ignored') {
      await records.record(deployment, deployment.release, attemptOf(input, outcome, { cause, timings: measured, concludedAt }));
      await giveBackClaim(targets, deployment, { execution, outcome, concludedAt });
      const concluded: DeploymentConcluded = {
        service: deployment.service,
        environment: deployment.environment,
        target: deployment.target,
        release: deployment.release,
        outcome,
        cause,
        timings: measured,
        execution,
        concludedAt,
      };
      await events.concluded(concluded);
      metrics.concluded(concluded);
    }
    return { target: targetName(deployment), outcome, cause, timings: measured };
  },
});

function attemptOf({ execution, deployment }: ConcludeDeploymentInput, outcome: Outcome, ended: Pick<Attempt, 'cause' | 'timings' | 'concludedAt'>): Attempt {
  return {
    execution,
    generation: deployment.claim?.generation ?? 0,
    outcome,
    ...ended,
    warnings: deployment.warnings ?? [],
    marks: deployment.marks,
    reported: deployment.reported ?? {},
    idle: deployment.idle ?? [],
    commit: deployment.commit ?? null,
    pods: deployment.pods ?? [],
    rollback: null,
  };
}

type Ended = { readonly execution: string; readonly outcome: Outcome; readonly concludedAt: string };

/** False from the store means that a newer release took the claim meanwhile: it sets the current release, not this one. */
async function giveBackClaim(targets: TargetStore, deployment: Deployment, { execution, outcome, concludedAt }: Ended): Promise<void> {
  if (deployment.claim === undefined) return;
  const current = outcome === 'succeeded' ? { release: deployment.release, execution, concludedAt } : null;
  await targets.conclude(deployment, { execution, generation: deployment.claim.generation }, current);
}
