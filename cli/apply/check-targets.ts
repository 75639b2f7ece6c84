import { checkApplication } from '../../src/domain/application-check.ts';
import { targetName, type TargetKey } from '../../src/domain/deployment.ts';
import { applyEdits } from '../../src/domain/edits.ts';
import { SlipwayError } from '../../src/domain/errors.ts';
import { headBranch } from '../../src/domain/pull-request.ts';
import type { Release } from '../../src/domain/release.ts';
import type { Environment, Service, Target } from '../../src/domain/service.ts';
import { editsOf } from '../../src/domain/target-edits.ts';
import type { OpenArgoCd } from '../../src/ports/argo-cd.ts';
import type { OpenGitHost } from '../../src/ports/git-host.ts';
import type { OpenPullRequests } from '../../src/ports/pull-requests.ts';

export type CheckPorts = { readonly git: OpenGitHost; readonly pullRequests: OpenPullRequests; readonly argocd: OpenArgoCd };

/** A release that exists nowhere, to see whether its values could be written. */
const PROBE: Omit<Release, 'registry' | 'repository'> = {
  tag: 'slipway-check',
  digest: `sha256:${'0'.repeat(64)}`,
  digests: [],
  releasedAt: '1970-01-01T00:00:00.000Z',
  imagePushedAt: '1970-01-01T00:00:00.000Z',
};

/** Looks at everything that a deployment of these services will need, and says in one line each what would stop it. Writes nothing. */
export async function checkTargets(services: readonly Service[], ports: CheckPorts): Promise<readonly string[]> {
  const checks = services.flatMap((service) =>
    Object.entries(service.environments).flatMap(([environmentName, environment]) =>
      Object.entries(environment.targets).map(async ([name, target]) => {
        const key = { service: service.name, environment: environmentName, target: name };
        try {
          await Promise.all([checkTarget(service, environment, target, ports), checkProposals(key, environment, target, ports)]);
          return [];
        } catch (error) {
          if (!(error instanceof SlipwayError)) throw error;
          return [`${targetName(key)}: ${error.message}`];
        }
      }),
    ),
  );
  return (await Promise.all(checks)).flat();
}

async function checkTarget({ repository: { registry, name } }: Service, environment: Environment, target: Target, { git, argocd }: CheckPorts): Promise<void> {
  const edits = editsOf(environment, target);
  const repository = edits[0]?.git;
  if (repository === undefined) return;
  const [host, server] = await Promise.all([git(repository), argocd(target.argocd)]);
  const [snapshot, application, rights] = await Promise.all([
    host.read([...new Set(edits.map(({ file }) => file))]),
    server.application(target.application),
    server.syncRights(target.application),
  ]);
  checkApplication({ application, maySync: rights.allowed, repository, isDefaultBranch: snapshot.isDefaultBranch === true });
  applyEdits(snapshot.files, edits, { ...PROBE, registry, repository: name });
}

async function checkProposals(key: TargetKey, environment: Environment, target: Target, { pullRequests }: CheckPorts): Promise<void> {
  const repository = editsOf(environment, target)[0]?.git;
  if (environment.pullRequest === undefined || repository === undefined) return;
  const pulls = await pullRequests(repository);
  await Promise.all([pulls.checkRights(), pulls.find(headBranch(key, target))]);
}
