import { afterAll } from 'vitest';
import { argoCdWireContract } from '../../contract/argo-cd-wire.contract.ts';
import { openLab } from '../../support/lab/open-lab.ts';
import { createArgoCdWorlds } from './argo-cd-world.ts';

const { argocd } = await openLab();
const worlds = await createArgoCdWorlds(argocd);

argoCdWireContract('real Argo CD', (options) => worlds.start(options));

afterAll(() => worlds.stop());
