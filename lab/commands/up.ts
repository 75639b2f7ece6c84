import { buildTools } from '../build/build-tools.ts';
import type { Lab } from '../lab.ts';
import { createTell, LAB_TOOLS } from '../progress.ts';
import { startLab } from '../start-lab.ts';
import { leaveUp } from './leave-up.ts';

/** Starts the lab and leaves it up; says how the ordinary tools reach it. */
export async function labUp(): Promise<number> {
  const tell = createTell();
  return leaveUp({
    async start(place) {
      const tools = await buildTools({ groups: LAB_TOOLS, tell });
      return howToReach(await startLab({ place, tools, tell }));
    },
  });
}

function howToReach({ place, kubernetes, argocd, gitea, tools }: Lab): string {
  return [
    `export PATH=${tools.kube}/bin:${tools.argocd}/bin:$PATH`,
    `export KUBECONFIG=${kubernetes.kubeconfig}`,
    `# Argo CD: ${argocd.url}, Gitea: ${gitea.url}; tokens and passwords are in ${place}/lab.json`,
    `# SLIPWAY_LAB=${place} npx vitest run --config vitest.lab.config.ts  runs the lab's tests in it; npm run lab:down ends it`,
  ].join('\n');
}
