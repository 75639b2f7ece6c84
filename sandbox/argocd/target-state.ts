import { globMatches } from '../glob.ts';
import type { Application } from './application-store.ts';
import type { KubernetesObject } from './cluster-access.ts';
import { RenderError, renderApplication } from './chart-renderer.ts';
import { trackedBy } from './comparison.ts';
import type { World } from './world.ts';

/** What a revision wants in the cluster. */
export type TargetState = { readonly revision: string; readonly objects: readonly KubernetesObject[] };

/** A condition that keeps an Application from being compared or synced. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  readonly type: 'ComparisonError' | 'InvalidSpecError';

  constructor(type: ConditionError['type'], message: string) {
    super(message);
    this.type = type;
  }
}

/** Resolves the branch (or the SHA asked for) and renders it. @throws ConditionError in Argo CD's words */
export async function loadTarget(world: World, application: Application, requested = application.spec.source.targetRevision): Promise<TargetState> {
  checkSpec(world, application);
  try {
    const repository = world.repositories.get(application.spec.source.repoURL);
    if (repository === undefined) throw new RenderError('failed to list refs: repository not found');
    const revision = await repository.resolve(requested);
    if (revision === null) throw new RenderError(unresolved(requested));
    return { revision, objects: (await renderApplication(repository, revision, application)).map((object) => trackedBy(application, object)) };
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    const reason = `failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = ${error.message}`;
    throw new ConditionError('ComparisonError', `Failed to load target state: ${reason}`);
  }
}

/** A full SHA is believed until it is fetched; another name must be one of the repository's refs. */
function unresolved(requested: string): string {
  if (!/^[0-9a-f]{40}$/.test(requested)) return `unable to resolve '${requested}' to a commit SHA`;
  const fetch = `\`git fetch origin ${requested} --tags --force --prune\` failed exit status 128: fatal: remote error: upload-pack: not our ref ${requested}`;
  return `failed to initialize repository resources: rpc error: code = Internal desc = Failed to checkout revision ${requested}: ${fetch}`;
}

/** The AppProject must exist and permit the source and the destination. */
function checkSpec({ projects }: World, { spec }: Application): void {
  const project = projects.get(spec.project);
  const { server, namespace } = spec.destination;
  if (project === undefined) {
    throw new ConditionError('InvalidSpecError', `Application referencing project ${spec.project} which does not exist`);
  }
  if (!project.spec.sourceRepos.some((pattern) => globMatches(pattern, spec.source.repoURL))) {
    throw new ConditionError('InvalidSpecError', `application repo ${spec.source.repoURL} is not permitted in project '${spec.project}'`);
  }
  if (!project.spec.destinations.some((allowed) => globMatches(allowed.server, server) && globMatches(allowed.namespace, namespace))) {
    throw new ConditionError('InvalidSpecError', `application destination server '${server}' and namespace '${namespace}' do not match any of the allowed destinations in project '${spec.project}'`);
  }
}
