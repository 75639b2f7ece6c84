import * as z from 'zod/mini';
import { createOpenArgoCd } from '../../src/adapters/argocd/argo-cd.ts';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createEksAccess } from '../../src/adapters/eks/eks-access.ts';
import { createOpenCluster } from '../../src/adapters/kubernetes/open-cluster.ts';
import { createSecrets } from '../../src/adapters/secrets/secrets.ts';
import { checkAccess } from '../../src/steps/check-access.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(checkAccess, z.object({ TABLE_NAME: z.string() }), (env) => {
  const { services } = openStores(env.TABLE_NAME);
  const secrets = createSecrets();
  return { services, argocd: createOpenArgoCd({ secrets }), cluster: createOpenCluster(createEksAccess()) };
});
