import { namesRelease } from '../domain/edits.ts';
import type { Milliseconds } from '../domain/instant.ts';
import { DEFAULT_APPROVAL_TIMEOUT, DEFAULT_MERGE_TIMEOUT, DEFAULT_ORDER, DEFAULT_POLICY, type Edit, type Environment, type Policy, type Service, type Target } from '../domain/service.ts';
import { deliveryProblems } from './delivery-problems.ts';
import { parseDuration } from './duration.ts';
import { environmentOrderProblems } from './environment-order.ts';
import type { Problem } from './problem.ts';
import { sharedScalarProblems } from './shared-scalar-problems.ts';
import type { EditEntry, EnvironmentEntry, SlipwayFile, TargetEntry } from './slipway-file.ts';

/** What the stack allows a file to name (its parameters), and where repositories are unless the file says otherwise. */
export type Bounds = { readonly account: string; readonly region: string; readonly repositoryPrefix: string; readonly secretPrefix: string; readonly codeCommitPrefix: string };

/** Services with their references replaced by what they name, and every reference or name that the stack can't serve. */
export function resolveServices(file: SlipwayFile, bounds: Bounds): { readonly services: readonly Service[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [...secretProblems(file, bounds.secretPrefix), ...codeCommitProblems(file, bounds.codeCommitPrefix)];
  const services = Object.entries(file.services).map(([name, entry]): Service => {
    const path = ['services', name];
    if (!entry.repository.name.startsWith(bounds.repositoryPrefix)) {
      problems.push({ path: [...path, 'repository', 'name'], message: `begins with ${bounds.repositoryPrefix}, as the stack's parameter RepositoryPrefix says` });
    }
    const { account = bounds.account, region = bounds.region } = entry.repository;
    if (account !== bounds.account || region !== bounds.region) {
      problems.push({ path: [...path, 'repository'], message: `is in ${account}, ${region}; the stack hears of pushes in its own account and region alone: ${bounds.account}, ${bounds.region}` });
    }
    problems.push(...environmentOrderProblems(entry.environments, [...path, 'environments']));
    return {
      name,
      owner: file.owner,
      repository: { registry: `${account}.dkr.ecr.${region}.amazonaws.com`, name: entry.repository.name },
      ignoredTags: entry.tags.ignore,
      environments: mapValues(entry.environments, (environment, key) => resolveEnvironment(file, environment, [...path, 'environments', key], problems)),
    };
  });
  return { services, problems };
}

function resolveEnvironment(file: SlipwayFile, entry: EnvironmentEntry, path: readonly string[], problems: Problem[]): Environment {
  const edits = resolveEdits(file, entry.edit ?? [], [...path, 'edit'], problems);
  const targets = mapValues(entry.targets, (target, key) => resolveTarget(file, target, [...path, 'targets', key], problems));
  if (entry.order === 'queue' && entry.interrupt === true) {
    problems.push({ path: [...path, 'interrupt'], message: 'needs order: supersede; with queue, nothing is interrupted' });
  }
  problems.push(...missingEditProblems(entry, path));
  const environment: Environment = {
    ...(entry.after !== undefined && { after: entry.after }),
    ...(entry.approval !== undefined && { approval: resolveApproval(entry.approval) }),
    rollback: entry.rollback,
    order: { policy: entry.order, interrupt: entry.interrupt ?? DEFAULT_ORDER.interrupt },
    ...(entry.delivery === 'pull-request' && { pullRequest: { timeout: duration(entry.merge?.timeout, DEFAULT_MERGE_TIMEOUT), autoMerge: entry.merge?.automatic === true } }),
    edits,
    policy: resolvePolicy(entry),
    targets: withoutUndefined(targets),
  };
  problems.push(...sharedScalarProblems(environment, path), ...deliveryProblems(entry, environment, path));
  return environment;
}

function resolveEdits(file: SlipwayFile, entries: readonly EditEntry[], path: Problem['path'], problems: Problem[]): readonly Edit[] {
  const edits = entries.flatMap((edit, index): Edit[] => {
    const git = lookUp(file.git, edit.git, 'git', [...path, index, 'git'], problems);
    return git === undefined ? [] : [{ git: resolveGit(git), file: edit.file, path: edit.path, value: edit.value, ...(edit.create === true && { create: true }) }];
  });
  if (new Set(edits.map((edit) => `${edit.git.url} ${edit.git.branch}`)).size > 1) {
    problems.push({ path, message: 'names more than one repository or branch; a release is one commit, so edit one' });
  }
  if (edits.length > 0 && !namesRelease(edits)) problems.push({ path, message: 'writes literals alone, which are the same for every release; add a tag or a digest' });
  return edits;
}

function resolveGit({ commit, ...entry }: SlipwayFile['git'][string]): Edit['git'] {
  return { ...withoutUndefined(entry), ...(commit !== undefined && { commit: withoutUndefined(commit) }) };
}

/** Without the environment's edits, each target has its own. */
function missingEditProblems({ edit, targets }: EnvironmentEntry, path: Problem['path']): readonly Problem[] {
  const without = Object.keys(targets).filter((target) => targets[target]?.edit === undefined);
  if (edit !== undefined || without.length === 0) return [];
  return [{ path: [...path, 'edit'], message: `is missing, and ${without.join(' and ')} ${without.length === 1 ? 'has none of its own' : 'have none of their own'}` }];
}

function resolveApproval(entry: NonNullable<EnvironmentEntry['approval']>): NonNullable<Environment['approval']> {
  return { timeout: duration(entry === 'required' ? undefined : entry.timeout, DEFAULT_APPROVAL_TIMEOUT) };
}

function resolveTarget(file: SlipwayFile, entry: TargetEntry, path: readonly string[], problems: Problem[]): Target | undefined {
  const argocd = lookUp(file.argocd, entry.argocd, 'argocd', [...path, 'argocd'], problems);
  const cluster = lookUp(file.clusters, entry.cluster, 'clusters', [...path, 'cluster'], problems);
  const edits = entry.edit === undefined ? undefined : resolveEdits(file, entry.edit, [...path, 'edit'], problems);
  if (argocd === undefined || cluster === undefined) return undefined;
  return withoutUndefined({
    edits,
    argocd: withoutUndefined(argocd),
    application: withoutUndefined({ name: entry.application, project: entry.project, namespace: entry.namespace }),
    cluster: { name: cluster.eks, region: cluster.region },
    image: entry.image,
    workloads: entry.workloads,
    smoke: entry.smoke,
  });
}

function resolvePolicy(entry: EnvironmentEntry): Policy {
  return {
    syncTimeout: duration(entry.sync?.timeout, DEFAULT_POLICY.syncTimeout),
    rolloutTimeout: duration(entry.rollout?.timeout, DEFAULT_POLICY.rolloutTimeout),
    verifyTimeout: duration(entry.verify?.timeout, DEFAULT_POLICY.verifyTimeout),
    pullGrace: duration(entry.pull?.grace, DEFAULT_POLICY.pullGrace),
    configGrace: duration(entry.config?.grace, DEFAULT_POLICY.configGrace),
    crashRestarts: entry.crash?.restarts ?? DEFAULT_POLICY.crashRestarts,
    unschedulableGrace: duration(entry.unschedulable?.grace, DEFAULT_POLICY.unschedulableGrace),
  };
}

function duration(text: string | undefined, otherwise: Milliseconds): Milliseconds {
  return text === undefined ? otherwise : (parseDuration(text) ?? otherwise);
}

function secretProblems(file: SlipwayFile, prefix: string): Problem[] {
  const named = [
    ...Object.entries(file.git).map(([key, entry]) => ({ path: ['git', key, 'credentials'], secret: entry.credentials })),
    ...Object.entries(file.git).map(([key, entry]) => ({ path: ['git', key, 'commit', 'signingKey'], secret: entry.commit?.signingKey })),
    ...Object.entries(file.argocd).map(([key, entry]) => ({ path: ['argocd', key, 'token'], secret: entry.token })),
  ];
  return named
    .filter(({ secret }) => secret !== undefined && !secret.startsWith(prefix))
    .map(({ path }) => ({ path, message: `begins with ${prefix}, as the stack's parameter SecretPrefix says` }));
}

function codeCommitProblems(file: SlipwayFile, prefix: string): Problem[] {
  const named = Object.entries(file.git).filter(([, { host }]) => host === 'codecommit');
  if (prefix === '') return named.map(([key]) => ({ path: ['git', key, 'host'], message: "needs the stack's parameter CodeCommitPrefix, which is empty" }));
  return named
    .filter(([, { url }]) => !url.slice(url.lastIndexOf('/') + 1).startsWith(prefix))
    .map(([key]) => ({ path: ['git', key, 'url'], message: `names a repository that begins with ${prefix}, as the stack's parameter CodeCommitPrefix says` }));
}

function lookUp<Entry>(entries: Readonly<Record<string, Entry>>, key: string, section: string, path: Problem['path'], problems: Problem[]): Entry | undefined {
  const entry = Object.hasOwn(entries, key) ? entries[key] : undefined;
  if (entry === undefined) problems.push({ path, message: `${key} is not under ${section}; there is ${Object.keys(entries).join(', ') || 'nothing'}` });
  return entry;
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From, key: string) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}

/** Absent rather than undefined, so that what is stored equals what is compared. */
function withoutUndefined<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as { [Key in keyof Value]: Exclude<Value[Key], undefined> };
}
