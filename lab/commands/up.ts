import { buildTools } from '../build/build-tools.ts';
import type { Lab } from '../lab.ts';
import { forgetPlace, makePlace, placeThatIsUp, rememberPlace, removePlace } from '../place.ts';
import { endAll } from '../processes/processes.ts';
import { startGuard } from '../processes/guard.ts';
import { createTell, LAB_TOOLS } from '../progress.ts';
import { startLab } from '../start-lab.ts';

/** Starts the lab and leaves it up; says how the ordinary tools reach it. */
export async function labUp(): Promise<number> {
  const up = await placeThatIsUp();
  if (up !== null) throw new Error(`This checkout's lab is up already, in ${up}: npm run lab:down ends it.`);
  const tell = createTell();
  const tools = await buildTools({ groups: LAB_TOOLS, tell });
  const place = await makePlace();
  const guard = startGuard(place);
  try {
    await rememberPlace(place);
    console.log(howToReach(await startLab({ place, tools, tell })));
    guard.release();
    return 0;
  } catch (error) {
    await endAll(place);
    await removePlace(place);
    await forgetPlace();
    throw error;
  }
}

function howToReach({ place, kubernetes, argocd, gitea, tools }: Lab): string {
  return [
    `export PATH=${tools.kube}/bin:${tools.argocd}/bin:$PATH`,
    `export KUBECONFIG=${kubernetes.kubeconfig}`,
    `# Argo CD: ${argocd.url}, Gitea: ${gitea.url}; tokens and passwords are in ${place}/lab.json`,
    `# SLIPWAY_LAB=${place} npx vitest run --config vitest.lab.config.ts  runs the lab's tests in it; npm run lab:down ends it`,
  ].join('\n');
}
