import * as z from 'zod/mini';
import type { Deployment } from '../domain/deployment.ts';
import type { Release } from '../domain/release.ts';

const instant = z.iso.datetime();

const ReleaseSchema: z.ZodMiniType<Release> = z.object({
  registry: z.string(),
  repository: z.string(),
  tag: z.string(),
  digest: z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/)),
  digests: z.array(z.string()),
  releasedAt: instant,
  imagePushedAt: instant,
});

const ScalarChangeSchema = z.object({ file: z.string(), path: z.string(), line: z.number(), before: z.string(), after: z.string() });

const MarksSchema = z.object({
  pushed: z.optional(instant),
  started: instant,
  resolved: z.optional(instant),
  approved: z.optional(instant),
  claimed: z.optional(instant),
  committed: z.optional(instant),
  merged: z.optional(instant),
  operationStarted: z.optional(instant),
  applied: z.optional(instant),
  ready: z.optional(instant),
  noticed: z.optional(instant),
  verified: z.optional(instant),
});

const ReportedSchema = z.object({ operationStarted: z.optional(instant), operationFinished: z.optional(instant), ready: z.optional(instant) });

const CommitSchema = z.object({ revision: z.nullable(z.string()), head: z.string(), url: z.nullable(z.string()), changes: z.array(ScalarChangeSchema) });

const PodsSchema = z.array(z.object({ name: z.string(), ready: z.boolean(), digest: z.nullable(z.string()) }));

export const DeploymentSchema = z.object({
  service: z.string(),
  environment: z.string(),
  target: z.string(),
  release: ReleaseSchema,
  marks: MarksSchema,
  request: z.optional(z.object({ by: z.string(), reason: z.string(), at: instant, rollback: z.optional(z.literal(true)) })),
  approval: z.optional(z.object({ timeoutSeconds: z.number() })),
  approvedBy: z.optional(z.string()),
  reported: z.optional(ReportedSchema),
  idle: z.optional(z.array(z.object({ from: instant, to: instant }))),
  claim: z.optional(z.object({ generation: z.number(), redrives: z.number() })),
  interrupts: z.optional(z.array(z.object({ tag: z.string(), digest: z.string() }))),
  commit: z.optional(CommitSchema),
  pullRequest: z.optional(z.object({ number: z.number(), url: z.string(), timeoutSeconds: z.number(), base: z.string(), changes: z.array(ScalarChangeSchema) })),
  watchingSince: z.optional(instant),
  syncRequested: z.optional(z.boolean()),
  operationRevision: z.optional(z.string()),
  pods: z.optional(PodsSchema),
  rollback: z.optional(
    z.object({ release: ReleaseSchema, failedAt: instant, marks: MarksSchema, reported: ReportedSchema, commit: CommitSchema, pods: PodsSchema }),
  ),
  cause: z.optional(z.string()),
  warnings: z.optional(z.array(z.string())),
}) as unknown as z.ZodMiniType<Deployment>;

/** What the state machine hands to every step that works on one target. */
export const TargetStepInput = z.object({
  /** ARN of the execution. */
  execution: z.string(),
  /** How often it was redriven. */
  redrives: z.number(),
  /** When it was last redriven. */
  redrivenAt: z.optional(z.nullable(instant)),
  deployment: DeploymentSchema,
});

export type TargetStepInput = { readonly execution: string; readonly redrives: number; readonly redrivenAt?: string | null | undefined; readonly deployment: Deployment };
