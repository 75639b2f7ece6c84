import { createMemoryArgoCd } from '../../src/adapters/memory/argo-cd.ts';
import { RefusedError } from '../../src/domain/errors.ts';
import { aLiveWorkload, anApplication, anOperation, aRevision } from '../support/application.ts';
import { argoCdContract } from './argo-cd.contract.ts';
import type { ArgoCdWorld, ArgoCdWorldOptions } from './argo-cd-world.contract.ts';

// It is one connection with one right: it has neither tokens nor a way that could be cut.
argoCdContract('memory', async (options) => memoryWorld(options), ['tokens', 'connections']);

/** Argo CD's reactions, at once and without a controller. */
function memoryWorld({ autoSync = false, hook, closed, forbids, deleting = false, withoutBranch = false }: ArgoCdWorldOptions): ArgoCdWorld {
  const argocd = createMemoryArgoCd(anApplication({ deleting, autoSync: autoSync ? { prune: true } : null }), forbids === undefined ? [aLiveWorkload('registry.example/inference-service:1')] : []);
  const window = { window: 'deny * * * * * for 1h', until: null };
  if (closed !== undefined) argocd.close(window, closed === 'to everybody' ? ['request', 'auto-sync'] : ['auto-sync']);
  let head = { revision: aRevision(), tag: '1', broken: false };
  let attempted: string | null = null;
  const operate = (automated: boolean, infos = [] as { name: string; value: string }[]) => {
    const { revision, tag, broken } = head;
    attempted = revision;
    const operation = anOperation({ revisions: [revision], automated, infos, ...(automated ? { initiatedBy: '' } : {}) });
    argocd.show({ operationRequested: true, operation: { ...operation, phase: 'Running', finishedAt: null } });
    if (hook === 'hang') return;
    if (forbids !== undefined) {
      const reason = `resource ${forbids === 'Job' ? 'batch' : 'apps'}:${forbids} is not permitted in project inference`;
      return argocd.show({ operationRequested: false, operation: { ...operation, phase: 'Failed', message: `one or more synchronization tasks are not valid: ${reason}`, failures: [`${forbids} web: ${reason}`] } });
    }
    if (broken) return argocd.show({ operationRequested: false, operation: { ...operation, phase: 'Error', message: 'ComparisonError: cannot render' } });
    argocd.run([aLiveWorkload(`registry.example/inference-service:${tag}`)]);
    const failed = { phase: 'Failed', failures: ['Job smoke: BackoffLimitExceeded'] } as const;
    const history = hook === 'fail' ? [] : [{ revisions: [revision], deployedAt: operation.startedAt }];
    argocd.show({ operationRequested: false, operation: hook === 'fail' ? { ...operation, ...failed } : operation, history, sync: { status: 'Synced', revisions: [revision] } });
  };
  argocd.react({
    refreshed() {
      const conditions = head.broken ? [{ type: 'ComparisonError', message: 'cannot render' }] : [];
      argocd.show({ conditions, sync: { status: head.broken ? 'Unknown' : 'OutOfSync', revisions: [head.revision] } });
      // Auto-sync never tries a revision again.
      if (autoSync && closed === undefined && attempted !== head.revision) operate(true);
    },
    requested({ infos }) {
      if (!withoutBranch) return operate(false, [...infos]);
      argocd.show({ operationRequested: false });
      throw new RefusedError("error resolving repo revision: unable to resolve 'nosuch' to a commit SHA");
    },
    terminated() {
      const ended = argocd.terminations.at(-1) ?? anOperation();
      argocd.show({ operationRequested: false, operation: { ...ended, phase: 'Failed', message: 'Operation terminated' } });
    },
  });
  return {
    ref: { name: 'inference-dev', project: 'inference' },
    argocd,
    async openWith() {
      argocd.allow(false);
      return argocd;
    },
    async commitTag(tag) {
      head = { revision: aRevision(tag), tag, broken: false };
      return head.revision;
    },
    async commitNonsense() {
      head = { ...head, broken: true };
    },
    deleteApplication: async () => argocd.remove(),
    connection: null,
    stop: async () => undefined,
  };
}
