import * as z from 'zod/mini';
import type { ApplicationSource, ObservedApplication, ObservedOperation } from '../../domain/application.ts';
import { spokenLine } from './spoken-line.ts';

/** The fields of Argo CD's Application that decisions use. Go leaves out what is empty, and sends null for an empty list. */

const Source = z.object({ repoURL: z.nullish(z.string()), targetRevision: z.nullish(z.string()) });

const SyncedResource = z.object({
  kind: z.string(),
  name: z.string(),
  status: z.nullish(z.string()),
  message: z.nullish(z.string()),
  hookPhase: z.nullish(z.string()),
});

const SyncResult = z.object({
  revision: z.nullish(z.string()),
  revisions: z.nullish(z.array(z.string())),
  resources: z.nullish(z.array(SyncedResource)),
});

const Operation = z.object({
  sync: z.nullish(z.object({ revision: z.nullish(z.string()), revisions: z.nullish(z.array(z.string())), resources: z.nullish(z.array(z.unknown())) })),
  info: z.nullish(z.array(z.object({ name: z.string(), value: z.string() }))),
  initiatedBy: z.nullish(z.object({ username: z.nullish(z.string()), automated: z.nullish(z.boolean()) })),
});

const OperationState = z.object({
  phase: z.enum(['Running', 'Terminating', 'Failed', 'Error', 'Succeeded']),
  message: z.nullish(z.string()),
  startedAt: z.string(),
  finishedAt: z.nullish(z.string()),
  operation: Operation,
  syncResult: z.nullish(SyncResult),
});
type OperationState = z.infer<typeof OperationState>;

const History = z.object({ revision: z.nullish(z.string()), revisions: z.nullish(z.array(z.string())), deployedAt: z.string() });

const Status = z.object({
  sync: z.nullish(z.object({ status: z.enum(['Synced', 'OutOfSync', 'Unknown']), revision: z.nullish(z.string()), revisions: z.nullish(z.array(z.string())) })),
  health: z.nullish(z.object({ status: z.nullish(z.string()) })),
  operationState: z.nullish(OperationState),
  history: z.nullish(z.array(History)),
  conditions: z.nullish(z.array(z.object({ type: z.string(), message: z.string() }))),
});
type Status = z.infer<typeof Status>;

const Automated = z.object({ prune: z.nullish(z.boolean()), enabled: z.nullish(z.boolean()) });

export const ApplicationSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.nullish(z.string()), resourceVersion: z.nullish(z.string()), deletionTimestamp: z.nullish(z.string()) }),
  spec: z.object({
    project: z.string(),
    source: z.nullish(Source),
    sources: z.nullish(z.array(Source)),
    destination: z.nullish(z.object({ namespace: z.nullish(z.string()) })),
    syncPolicy: z.nullish(z.object({ automated: z.nullish(Automated) })),
  }),
  operation: z.nullish(z.unknown()),
  status: z.nullish(Status),
});
export type ApplicationResource = z.infer<typeof ApplicationSchema>;

/** The Application in the domain's words. */
export function observedApplication({ metadata, spec, operation, status }: ApplicationResource): ObservedApplication {
  const automated = spec.syncPolicy?.automated ?? null;
  return {
    name: metadata.name,
    project: spec.project,
    deleting: metadata.deletionTimestamp !== undefined && metadata.deletionTimestamp !== null,
    sources: sourcesOf(spec).map(source),
    destinationNamespace: spec.destination?.namespace ?? '',
    autoSync: automated === null || automated.enabled === false ? null : { prune: automated.prune ?? false },
    sync: { status: status?.sync?.status ?? 'Unknown', revisions: revisionsOf(status?.sync) },
    health: status?.health?.status ?? 'Unknown',
    operationRequested: operation !== undefined && operation !== null,
    operation: observedOperation(status),
    history: (status?.history ?? []).map((entry) => ({ revisions: revisionsOf(entry), deployedAt: entry.deployedAt })),
    conditions: (status?.conditions ?? []).map(({ type, message }) => ({ type, message: spokenLine(message) })),
  };
}

function observedOperation(status: Status | null | undefined): ObservedOperation | null {
  const state = status?.operationState;
  if (state === null || state === undefined) return null;
  const { operation, syncResult } = state;
  return {
    phase: state.phase,
    message: spokenLine(state.message ?? ''),
    startedAt: state.startedAt,
    finishedAt: state.finishedAt ?? null,
    // The result has the resolved revision; before there is one, the request may.
    revisions: firstKnown(revisionsOf(syncResult), revisionsOf(operation.sync)),
    automated: operation.initiatedBy?.automated ?? false,
    initiatedBy: operation.initiatedBy?.username ?? '',
    infos: operation.info ?? [],
    partial: (operation.sync?.resources ?? []).length > 0,
    results: syncResult?.resources?.length ?? 0,
    failures: failuresOf(state),
  };
}

function failuresOf({ syncResult }: OperationState): readonly string[] {
  return (syncResult?.resources ?? [])
    .filter(({ status, hookPhase }) => status === 'SyncFailed' || hookPhase === 'Failed' || hookPhase === 'Error')
    .map(({ kind, name, message }) => `${kind} ${name}: ${spokenLine(message ?? 'no message')}`);
}

/** An Application with `sources` has its revisions in the plural field, in the order of the sources. */
function revisionsOf(of: { readonly revision?: string | null | undefined; readonly revisions?: readonly string[] | null | undefined } | null | undefined): readonly string[] {
  if (of?.revisions !== undefined && of.revisions !== null && of.revisions.length > 0) return of.revisions;
  return of?.revision === undefined || of.revision === null || of.revision === '' ? [] : [of.revision];
}

function firstKnown(first: readonly string[], second: readonly string[]): readonly string[] {
  return first.length > 0 ? first : second;
}

function sourcesOf(spec: ApplicationResource['spec']): readonly z.infer<typeof Source>[] {
  if (spec.sources !== undefined && spec.sources !== null && spec.sources.length > 0) return spec.sources;
  return spec.source === undefined || spec.source === null ? [] : [spec.source];
}

function source({ repoURL, targetRevision }: z.infer<typeof Source>): ApplicationSource {
  return { repoUrl: repoURL ?? '', targetRevision: targetRevision ?? '' };
}
