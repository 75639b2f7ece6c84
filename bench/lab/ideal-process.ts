/**
 * The shortest path there is: a warm program that has its connections open, knows the head that it pushed last, and only pushes, calls
 * Argo CD and watches the Deployments. Nothing is claimed, recorded, checked or retried.
 */
import { createHttpClient } from '../../src/adapters/http/http-client.ts';
import { createOpenGit } from '../../src/adapters/git/open-git-host.ts';
import { setScalar } from '../../src/domain/values-file.ts';
import type { Image } from '../../sandbox/scenarios/image.ts';
import { PROJECT } from './applications.ts';
import { VALUES_FILE } from './repository-files.ts';
import { monotonic, type Said } from './contender.ts';
import { followObjects } from './follow-objects.ts';
import { serveQuestions } from './helper-process.ts';
import type { IdealArgument } from './ideal-contender.ts';
import { type DeploymentObject, isDeploymentRolledOut } from './rolled-out-deployment.ts';

type NewImage = Pick<Image, 'tag' | 'digest'>;

/** Pushes on the head that it left, without looking: nobody else writes to its repository. */
async function openBranch({ repositoryUrl, credential }: IdealArgument): Promise<(image: NewImage) => Promise<void>> {
  const open = createOpenGit({ secrets: { read: async () => JSON.stringify(credential) } });
  const host = await open({ host: 'git', url: repositoryUrl, branch: 'main', credentials: 'bench', aliases: [] });
  let { revision: head, files } = await host.read([VALUES_FILE]);
  return async ({ tag, digest }) => {
    const text = setScalar(setScalar(files[VALUES_FILE] ?? '', 'image.tag', tag).text, 'image.digest', digest).text;
    files = { [VALUES_FILE]: text };
    head = await host.commit({ head, files, message: `Deploy ${tag}` });
  };
}

/** Asks for a sync, or where Applications sync by themselves for the comparison that makes them. */
function openArgoCd({ argocd, applications, autoSync }: IdealArgument): () => Promise<unknown> {
  const http = createHttpClient({ name: `Argo CD at ${argocd.url}`, url: argocd.url, caBundle: argocd.caPem });
  const headers = { authorization: `Bearer ${argocd.token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ project: PROJECT, prune: true });
  const ask = async (name: string): Promise<void> => {
    const path = `/api/v1/applications/${name}`;
    const answer = await http.send(autoSync ? { method: 'GET', path: `${path}?refresh=normal&project=${PROJECT}`, headers } : { method: 'POST', path: `${path}/sync`, headers, body });
    if (answer.status !== 200) throw new Error(`Argo CD answered ${answer.status} to the ideal path: ${answer.body}`);
  };
  return () => Promise.all(applications.map(ask));
}

async function openDeployments({ cluster, applications }: IdealArgument): Promise<(digest: string) => Promise<void>> {
  const ours = new Set(applications);
  let deployments: readonly DeploymentObject[] = [];
  let onChange = (): void => undefined;
  await followObjects(cluster, {
    path: '/apis/apps/v1/deployments',
    onChange(objects) {
      deployments = ([...objects.values()] as DeploymentObject[]).filter(({ metadata }) => ours.has(metadata.namespace));
      onChange();
    },
  });
  return (digest) =>
    new Promise((resolve) => {
      onChange = () => {
        if (deployments.length === ours.size && deployments.every((one) => isDeploymentRolledOut(one, digest))) resolve();
      };
    });
}

serveQuestions<IdealArgument, NewImage>(async (argument) => {
  const push = await openBranch(argument);
  const sync = openArgoCd(argument);
  const rolledOut = await openDeployments(argument);
  return async (image): Promise<Said> => {
    const begunAt = monotonic();
    const done = rolledOut(image.digest);
    await push(image);
    await Promise.all([sync(), done]);
    return { begunAt, saidAt: monotonic() };
  };
});
