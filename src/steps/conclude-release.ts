import * as z from 'zod/mini';
import { type Conclusion, explained, failureText, fitting, mayGoAgain, mergeConclusions, unfinished } from '../domain/conclusion.ts';
import { targetName } from '../domain/deployment.ts';
import { DeploymentFailed } from '../domain/errors.ts';
import { defineStep, RESULT_LIMIT_BYTES } from './step.ts';

const ConclusionSchema = z.object({
  target: z.string(),
  outcome: z.enum(['succeeded', 'failed', 'errored', 'rolled-back', 'superseded', 'rejected', 'ignored']),
  cause: z.nullable(z.string()),
  timings: z.nullable(z.looseObject({ total: z.number(), overhead: z.number() })),
  redrives: z.number(),
  /** Why ConcludeDeployment could not record it, in words of the state machine's Catch. */
  trouble: z.optional(z.object({ error: z.string(), cause: z.string() })),
});

/** As ResolveRelease named it: another pass asks for approval where the first did. */
const TargetSchema = z.object({
  service: z.string(),
  environment: z.string(),
  target: z.string(),
  approval: z.exactOptional(z.object({ timeoutSeconds: z.number() })),
});

const ConcludeReleaseInput = z.object({
  execution: z.string(),
  targets: z.array(TargetSchema),
  conclusions: z.array(ConclusionSchema),
  latest: z.array(ConclusionSchema),
  redrives: z.number(),
});

export type ConcludeReleaseResult = {
  readonly status: 'succeeded' | 'again';
  readonly pending: readonly z.infer<typeof TargetSchema>[];
  readonly conclusions: readonly Conclusion[];
};

/**
 * The one place that throws, so that a failed execution can be redriven: a redrive enters here again, finds that RedriveCount rose
 * since these targets ended, and answers `again` with those that are not finished.
 */
export const concludeRelease = defineStep({
  name: 'conclude-release',
  input: ConcludeReleaseInput,
  async run(_ports: Record<never, never>, input: z.infer<typeof ConcludeReleaseInput>): Promise<ConcludeReleaseResult> {
    const conclusions = mergeConclusions(input.targets, input.conclusions, input.latest.map(explained));
    const pending = unfinished(input.targets, conclusions);
    if (pending.length === 0) return result('succeeded', pending, conclusions);
    if (mayGoAgain(pending, conclusions, input.redrives)) {
      // The next pass concludes the pending ones anew: forty long causes would be more than a result may hold.
      const kept = conclusions.filter(({ target }) => !pending.some((key) => targetName(key) === target));
      return result('again', pending, kept);
    }
    throw new DeploymentFailed(failureText(conclusions));
  },
});

/** A release may go to a hundred targets: what doesn't fit of their causes and timings is in the records. */
function result(status: ConcludeReleaseResult['status'], pending: ConcludeReleaseResult['pending'], conclusions: readonly Conclusion[]): ConcludeReleaseResult {
  const others = Buffer.byteLength(JSON.stringify({ status, pending, conclusions: '' }));
  return { status, pending, conclusions: fitting(conclusions, RESULT_LIMIT_BYTES - others) };
}
