import type { ApprovalRequest, TargetKey } from './deployment.ts';
import { ConfigurationError } from './errors.ts';
import type { Environment, Service } from './service.ts';

/** Which targets a request means: those of these services, or only one environment or target of them. */
export type TargetSelection = {
  readonly services: readonly Service[];
  readonly environment?: string | undefined;
  readonly target?: string | undefined;
};

/** A target as the state machine takes it up: with what AwaitApproval needs, where a person must approve. */
export type TargetEntry = TargetKey & { readonly approval?: ApprovalRequest };

/** Services that deploy `tag`, and the reason why the others don't. */
export function servicesForTag(services: readonly Service[], tag: string): { readonly deploying: readonly Service[]; readonly reason: string } {
  const deploying = services.filter((service) => deploysTag(service, tag));
  const ignoring = services.filter((service) => !deploying.includes(service)).map((service) => service.name);
  return { deploying, reason: `tag ${tag} is ignored by ${ignoring.join(', ')}` };
}

/** Whether a service deploys images of this tag. */
export function deploysTag({ ignoredTags }: Pick<Service, 'ignoredTags'>, tag: string): boolean {
  return !ignoredTags.some((pattern) => matchesGlob(pattern, tag));
}

/** Most targets of one release: their conclusions, with a cause each, fit into what a step may hand on. */
const MOST_TARGETS = 100;

/**
 * Every target that the selection means.
 * @throws ConfigurationError for an environment or target that a service doesn't have, and for more targets than one execution can hold
 */
export function targetsOf({ services, environment, target }: TargetSelection): readonly TargetKey[] {
  return checked(services.flatMap((service) => targetsIn(service, named(service.environments, environment, `environment of service ${service.name}`), target)));
}

/**
 * Where a release goes that nobody sends to one environment: to those that come first, which have no `after`. The others get it by
 * promotion, once it has succeeded before them.
 * @throws ConfigurationError for a target that none of them has, and for more targets than one execution can hold
 */
export function firstTargetsOf({ services, target }: Omit<TargetSelection, 'environment'>): readonly TargetKey[] {
  return checked(services.flatMap((service) => targetsIn(service, firstEnvironments(service), target)));
}

/** Environments to which pushes go, by name. */
function firstEnvironments({ environments }: Pick<Service, 'environments'>): readonly NamedEnvironment[] {
  return Object.entries(environments).filter(([, { after }]) => after === undefined);
}

/** Environments that take over what succeeded in `environment`, by name. */
export function environmentsAfter({ environments }: Pick<Service, 'environments'>, environment: string): readonly NamedEnvironment[] {
  return Object.entries(environments).filter(([, { after }]) => after === environment);
}

type NamedEnvironment = readonly [name: string, environment: Environment];

/** Every target of one environment; none of one that the service does not have. */
export function targetsOfEnvironment({ name: service, environments }: Service, environment: string): readonly TargetKey[] {
  const targets = Object.hasOwn(environments, environment) ? environments[environment]?.targets : undefined;
  return Object.keys(targets ?? {}).map((target) => ({ service, environment, target }));
}

/** The target with the approval that its environment asks for. */
export function withApproval(services: readonly Service[], key: TargetKey): TargetEntry {
  const approval = services.find(({ name }) => name === key.service)?.environments[key.environment]?.approval;
  return approval === undefined ? key : { ...key, approval: { timeoutSeconds: Math.ceil(approval.timeout / 1000) } };
}

function targetsIn({ name: service }: Service, environments: readonly NamedEnvironment[], target: string | undefined): readonly TargetKey[] {
  return environments.flatMap(([environment, found]) =>
    named(found.targets, target, `target of ${service}/${environment}`).map(([name]) => ({ service, environment, target: name })),
  );
}

function checked(targets: readonly TargetKey[]): readonly TargetKey[] {
  if (targets.length <= MOST_TARGETS) return targets;
  throw new ConfigurationError(`The release goes to ${targets.length} targets, and one execution deploys to ${MOST_TARGETS} at most; divide the targets among repositories.`);
}

function named<Value>(all: Readonly<Record<string, Value>>, name: string | undefined, what: string): readonly (readonly [string, Value])[] {
  if (name === undefined) return Object.entries(all);
  const value = Object.hasOwn(all, name) ? all[name] : undefined;
  if (value === undefined) throw new ConfigurationError(`No ${what} is named ${name}; there is ${Object.keys(all).join(', ')}.`);
  return [[name, value]];
}

/** Whether `text` matches a pattern in which `*` stands for any run of characters. */
function matchesGlob(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}
