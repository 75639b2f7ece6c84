import type { StateExitedEventDetails } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { errorLine, readJson } from './execution-json.ts';

/** What a Task said as it ended. */
export type StepEnd = {
  /** The step's status; null where it has none. */
  readonly status: string | null;
  /** The cause of a failure; of a rollback that begins, the tag that goes back. */
  readonly detail: string | null;
  /** The step had nothing to do: its work was done already. */
  readonly foundDone: boolean;
};

const Deployment = z.object({
  cause: z.optional(z.string()),
  commit: z.optional(z.object({ changes: z.array(z.unknown()) })),
  syncRequested: z.optional(z.boolean()),
  operationRevision: z.optional(z.string()),
  rollback: z.optional(z.object({ release: z.object({ tag: z.string() }) })),
});
type Deployment = z.output<typeof Deployment>;

const Trouble = z.object({ error: z.string(), cause: z.string() });
const Result = z.object({ status: z.optional(z.string()), outcome: z.optional(z.string()), reason: z.optional(z.string()) });

/** On the way back the deployment still has the cause of its failure, which the step that found it has told. */
const WITHOUT_CAUSE: readonly (string | null)[] = ['running', 'granted', 'claimed', 'approved', 'committed', 'proposed', 'merged', 'applied', 'ready', 'succeeded'];

/** Reads what a Task assigned and returned as it ended. */
export function readStepEnd({ name = '', assignedVariables = {}, output }: StateExitedEventDetails): StepEnd {
  const result = readJson(Result, output);
  const trouble = readJson(z.nullable(Trouble), assignedVariables['trouble']) ?? null;
  const deployment = readJson(Deployment, assignedVariables['deployment']);
  const status = readJson(z.string(), assignedVariables['status']) ?? result?.outcome ?? result?.status ?? null;
  const detail = trouble === null ? detailOf(name, status, deployment) ?? result?.reason ?? null : errorLine(trouble.error, trouble.cause);
  return { status, detail, foundDone: deployment !== undefined && hadNothingToDo(name, status, deployment) };
}

/** A cause belongs to the step that found it, so ConcludeDeployment, which only records it, has none. */
function detailOf(state: string, status: string | null, deployment: Deployment | undefined): string | null {
  if (state === 'RollBack' && status === 'committed') return deployment?.rollback?.release.tag ?? null;
  return WITHOUT_CAUSE.includes(status) ? null : (deployment?.cause ?? null);
}

/** CommitRelease found its values on the branch; SyncApplication saw no operation and asked for none. */
function hadNothingToDo(state: string, status: string | null, { commit, syncRequested, operationRevision }: Deployment): boolean {
  if (state === 'CommitRelease') return status === 'committed' && commit?.changes.length === 0;
  return state === 'SyncApplication' && status === 'applied' && syncRequested !== true && operationRevision === undefined;
}
