import { createOpenArgoCd } from '../../src/adapters/argocd/argo-cd.ts';
import { createMemoryArgoCd } from '../../src/adapters/memory/argo-cd.ts';
import { createMemorySecrets } from '../../src/adapters/memory/secrets.ts';
import type { ArgoCd } from '../../src/ports/argo-cd.ts';
import { APPLICATION, MANUAL, startWorld, VALUES_FILE } from '../sandbox/argocd/argocd-world.ts';
import { aLiveWorkload, anApplication, anOperation, aRevision } from '../support/application.ts';
import { argoCdContract, type ArgoCdWorld, type ArgoCdWorldOptions } from './argo-cd.contract.ts';

argoCdContract('memory', async (options) => memoryWorld(options));
argoCdContract('REST API of the stand-in', standInWorld);

/** Argo CD's reactions, at once and without a controller. */
function memoryWorld({ autoSync = false, hook, closed = false, deleting = false }: ArgoCdWorldOptions): ArgoCdWorld {
  const argocd = createMemoryArgoCd(anApplication({ deleting, autoSync: autoSync ? { prune: true } : null }), [aLiveWorkload('registry.example/inference-service:1')]);
  if (closed) argocd.close({ window: 'deny * * * * * for 1h', until: null }, ['request', 'auto-sync']);
  let head = { revision: aRevision(), tag: '1', broken: false };
  let attempted: string | null = null;
  const operate = (automated: boolean, infos = [] as { name: string; value: string }[]) => {
    const { revision, tag } = head;
    attempted = revision;
    const operation = anOperation({ revisions: [revision], automated, infos });
    argocd.show({ operationRequested: true, operation: { ...operation, phase: 'Running', finishedAt: null } });
    if (hook === 'hang') return;
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
      if (autoSync && attempted !== head.revision) operate(true);
    },
    requested: ({ infos }) => operate(false, [...infos]),
    terminated() {
      const operation = anOperation({ phase: 'Failed', message: 'Operation terminated', revisions: [attempted ?? ''], automated: autoSync });
      argocd.show({ operationRequested: false, operation });
    },
  });
  return {
    ref: { name: 'inference-dev', project: 'inference' },
    argocd,
    get reader() {
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
    stop: async () => undefined,
  };
}

const READER = '    - name: reader\n      policies:\n        - p, proj:inference:reader, applications, get, inference/*, allow\n';
const CLOSED = '  syncWindows:\n    - { kind: deny, schedule: "* * * * *", duration: 1h, applications: ["*"] }\n';

async function standInWorld({ autoSync = false, hook, closed = false, deleting = false }: ArgoCdWorldOptions): Promise<ArgoCdWorld> {
  const world = await startWorld({
    manifests(text) {
      if (text.includes('kind: AppProject')) return text.replace('  roles:\n', `  roles:\n${READER}`) + (closed ? CLOSED : '');
      const marked = deleting ? text.replace('  namespace: argocd\n', '  namespace: argocd\n  deletionTimestamp: "2026-01-02T03:04:05Z"\n') : text;
      return autoSync ? marked : MANUAL(marked);
    },
    ...(hook === undefined ? {} : { hook: () => ({ name: 'smoke', phase: 'PreSync', outcome: hook }) }),
  });
  const openAs = (role: string): Promise<ArgoCd> => {
    const secrets = createMemorySecrets({ 'slipway/argocd': JSON.stringify({ token: world.argocd.token('inference', role) }) });
    return createOpenArgoCd({ secrets })({ url: world.argocd.url, token: 'slipway/argocd', caBundle: world.caBundle });
  };
  return {
    ref: { name: APPLICATION, project: 'inference' },
    argocd: await openAs('slipway'),
    reader: await openAs('reader'),
    commitTag: (tag) => world.commitTag(tag),
    commitNonsense: () => world.repository.commit({ message: 'Nonsense', files: { [VALUES_FILE]: 'image: [\n' } }),
    stop: () => world.stop(),
  };
}
