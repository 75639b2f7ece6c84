import type { Deployment } from '../domain/deployment.ts';
import type { WantedEnd } from '../domain/verify.ts';
import { editedRepository, type TargetConfig } from './target-config.ts';

/** What the operation that applied a deployment is known by. */
export function wantedEnd({ edits }: Pick<TargetConfig, 'edits'>, deployment: Deployment): WantedEnd {
  const { commit, marks, operationRevision } = deployment;
  return {
    repository: editedRepository(edits, deployment),
    committedAt: marks.committed ?? marks.started,
    revisions: [commit?.head, operationRevision].filter((revision) => revision !== undefined),
    operationSeen: operationRevision !== undefined,
  };
}
