import { setTimeout as delay } from 'node:timers/promises';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readHistory } from '../../../cli/follow-execution.ts';
import { answers } from '../../../lab/argocd/readiness.ts';
import { untilGiteaAnswers } from '../../../lab/git/start-gitea.ts';
import { untilServing } from '../../../lab/kubernetes/start-control-plane.ts';
import type { Lab } from '../../../lab/lab.ts';
import { openProcess } from '../../../lab/processes/processes.ts';
import type { ScenarioWorld } from '../../../sandbox/scenarios/scenario-world.ts';

export type LabServer = 'argocd-server' | 'argocd-repo-server' | 'argocd-application-controller' | 'kube-apiserver-main' | 'gitea';

/** Kills a server of the lab. */
export async function strike({ place }: Lab, name: LabServer): Promise<void> {
  await openProcess(place, name).stop('SIGKILL');
}

/** Starts it again, unless it runs, and waits until those that are asked answer. */
export async function repair(lab: Lab, name: LabServer): Promise<void> {
  const process = openProcess(lab.place, name);
  if (!process.isRunning()) await process.start();
  if (name === 'kube-apiserver-main') await untilServing(lab.kubernetes);
  if (name === 'gitea') await untilGiteaAnswers(lab.gitea);
  while (name === 'argocd-server' && !(await answers(`${lab.argocd.url}/healthz`, lab.argocd.caPem)().catch(() => false))) await delay(50);
}

/**
 * Resolves with what a state said of an attempt that is tried again, once it says something of the kind.
 *
 * @throws Error with all that was said when the execution ends without that
 */
export async function untilRetried({ aws }: Pick<ScenarioWorld, 'aws'>, execution: string, says: RegExp): Promise<string> {
  const client = new SFNClient({ endpoint: aws.endpointUrl, region: aws.account.region, credentials: aws.administrator });
  for (;;) {
    const { progress, reader } = await readHistory(client, execution);
    const retries = progress.flatMap(({ status, detail }) => (status === 'retrying' && detail !== null ? [detail] : []));
    const said = retries.find((detail) => says.test(detail));
    if (said !== undefined) return said;
    if (reader.hasEnded()) throw new Error(`The execution ended, and no retry said ${says}: ${retries.join('\n')}`);
    await delay(50);
  }
}
