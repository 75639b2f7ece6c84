import { createOpenArgoCd } from '../../src/adapters/argocd/argo-cd.ts';
import { createMemorySecrets } from '../../src/adapters/memory/secrets.ts';
import { APPLICATION, MANUAL, startWorld, type TestWorld, VALUES_FILE } from '../sandbox/argocd/argocd-world.ts';
import { openCutConnection } from './argo-cd-connection.ts';
import type { WireWorld } from './argo-cd-wire.contract.ts';
import type { ArgoCdWorldOptions, OtherToken } from './argo-cd-world.contract.ts';

const PROJECT = 'inference';
const ROLES = '    - name: reader\n      policies:\n        - p, proj:inference:reader, applications, get, inference/*, allow\n    - name: nobody\n      policies: []\n';
const WINDOW = '  syncWindows:\n    - { kind: deny, schedule: "* * * * *", duration: 1h, applications: ["*"], manualSync: MANUAL_SYNC }\n';

/** A world on a stand-in of its own. */
export async function standInWorld({ autoSync = false, hook, closed, forbids, deleting = false, withoutBranch = false }: ArgoCdWorldOptions): Promise<WireWorld> {
  const world = await startWorld({
    manifests(given) {
      const text = forbids === undefined ? given : given.replace(new RegExp(`^ +- \\{ group: \\w+, kind: ${forbids} \\}\\n`, 'm'), '');
      if (text.includes('kind: AppProject')) return text.replace('  roles:\n', `  roles:\n${ROLES}`) + (closed === undefined ? '' : WINDOW.replace('MANUAL_SYNC', String(closed === 'to auto-sync')));
      const marked = deleting ? text.replace('  namespace: argocd\n', '  namespace: argocd\n  deletionTimestamp: "2026-01-02T03:04:05Z"\n') : text;
      const branched = withoutBranch ? marked.replace('targetRevision: main', 'targetRevision: nosuch') : marked;
      return autoSync ? branched : MANUAL(branched);
    },
    ...(hook === undefined ? {} : { hook: () => ({ name: 'smoke', phase: 'PreSync', outcome: hook }) }),
  });
  const connection = await openCutConnection(world.argocd.url);
  const open = (token: string) => createOpenArgoCd({ secrets: createMemorySecrets({ 'slipway/argocd': JSON.stringify({ token }) }) })({ url: connection.url, token: 'slipway/argocd', caBundle: world.caBundle });
  const token = world.argocd.token(PROJECT, 'slipway');
  return {
    ref: { name: APPLICATION, project: PROJECT },
    argocd: await open(token),
    url: world.argocd.url,
    caPem: world.caBundle,
    token,
    tokenOf: async (kind) => tokenOf(world, kind),
    openWith: (kind) => open(tokenOf(world, kind)),
    commitTag: (tag) => world.commitTag(tag),
    commitNonsense: () => world.repository.commit({ message: 'Nonsense', files: { [VALUES_FILE]: 'image: [\n' } }),
    deleteApplication: async () => world.argocd.deleteApplication(APPLICATION),
    connection,
    async stop() {
      await connection.close();
      await world.stop();
    },
  };
}

function tokenOf({ argocd }: TestWorld, kind: OtherToken): string {
  if (kind === 'reader' || kind === 'nobody') return argocd.token(PROJECT, kind);
  const token = argocd.token(PROJECT, 'slipway', kind === 'expired' ? { expiresIn: -1 } : {});
  if (kind === 'revoked') argocd.revokeTokens(PROJECT, 'slipway');
  // The same claims, signed by nobody.
  return kind === 'forged' ? `${token.slice(0, token.lastIndexOf('.'))}.AAAA` : token;
}
