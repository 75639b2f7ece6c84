import { stringify } from 'yaml';
import { projectToken } from '../../../lab/argocd/administration.ts';
import { TEAM_NAMESPACES } from '../../../lab/argocd/installation.ts';
import { applyManifests, deleteManifests } from '../../../lab/kubernetes/manifests.ts';
import { type CasesWorld, valuesFileOf } from './cases.ts';

export type Team = { stop(): Promise<void> };

/** The project that may have Applications in a namespace of its own, which is called `team-inference`. */
export const TEAM = { project: 'team', namespace: `${TEAM_NAMESPACES}inference` };

/** Makes an Application in a namespace of its team, in the team's project, whose token Slipway gets; what it deploys is available. */
export async function makeTeam({ world, lab }: CasesWorld, name: string): Promise<Team> {
  const { git, cluster, aws } = world.world;
  const [project, application] = manifestsOf(name, git.repositoryUrl('config'));
  await applyManifests(lab.kubernetes, project);
  // The token comes between: an Application that the controller sees before its project stays as it is until the next resync.
  aws.secrets.putSecret('slipway/argocd-team', JSON.stringify({ token: await projectToken(lab.argocd, TEAM.project, 'slipway') }));
  await applyManifests(lab.kubernetes, application);
  await cluster.untilAvailable('inference', name);
  return { stop: () => deleteManifests(lab.kubernetes, `${project}---\n${application}`) };
}

/** YAML of the namespace with the project, and of the Application. */
function manifestsOf(name: string, repoURL: string): readonly [project: string, application: string] {
  const destination = { server: 'https://kubernetes.default.svc', namespace: 'inference' };
  const object = `${TEAM.project}/*`;
  const project = {
    sourceRepos: [repoURL],
    sourceNamespaces: [TEAM.namespace],
    destinations: [destination],
    roles: [{ name: 'slipway', policies: ['get', 'sync'].map((action) => `p, proj:${TEAM.project}:slipway, applications, ${action}, ${object}, allow`) }],
  };
  const application = {
    project: TEAM.project,
    source: { repoURL, targetRevision: 'main', path: `charts/${name}`, helm: { valueFiles: ['values.yaml', `../../${valuesFileOf(name)}`] } },
    destination,
    syncPolicy: { automated: { prune: true, selfHeal: true }, retry: { limit: 0 } },
  };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: TEAM.namespace } };
  const apiVersion = 'argoproj.io/v1alpha1';
  return [
    `${stringify(namespace)}---\n${stringify({ apiVersion, kind: 'AppProject', metadata: { name: TEAM.project, namespace: 'argocd' }, spec: project })}`,
    stringify({ apiVersion, kind: 'Application', metadata: { name, namespace: TEAM.namespace }, spec: application }),
  ];
}
