import { afterAll } from 'vitest';
import { argoCdContract } from '../../contract/argo-cd.contract.ts';
import { openLab } from '../../support/lab/open-lab.ts';
import { createArgoCdWorlds } from './argo-cd-world.ts';

const { argocd } = await openLab();
const worlds = await createArgoCdWorlds(argocd);

argoCdContract('real Argo CD', (options) => worlds.start(options));

afterAll(() => worlds.stop());
