import type { TargetKey } from './deployment.ts';
import { ConfigurationError } from './errors.ts';
import type { Service } from './service.ts';

/** Which targets a request means: those of these services, or only one environment or target of them. */
export type TargetSelection = {
  readonly services: readonly Service[];
  readonly environment?: string | undefined;
  readonly target?: string | undefined;
};

/** Services that deploy `tag`, and the reason why the others don't. */
export function servicesForTag(services: readonly Service[], tag: string): { readonly deploying: readonly Service[]; readonly reason: string } {
  const deploying = services.filter((service) => !service.ignoredTags.some((pattern) => matchesGlob(pattern, tag)));
  const ignoring = services.filter((service) => !deploying.includes(service)).map((service) => service.name);
  return { deploying, reason: `tag ${tag} is ignored by ${ignoring.join(', ')}` };
}

/** Most targets of one release: their conclusions, with a cause each, fit into what a step may hand on. */
const MOST_TARGETS = 100;

/**
 * Every target that the request means.
 * @throws ConfigurationError for an environment or target that a service doesn't have, and for more targets than one execution can hold
 */
export function targetsOf(selection: TargetSelection): readonly TargetKey[] {
  const targets = selectedTargets(selection);
  if (targets.length <= MOST_TARGETS) return targets;
  throw new ConfigurationError(`The release goes to ${targets.length} targets, and one execution deploys to ${MOST_TARGETS} at most; divide the targets among repositories.`);
}

function selectedTargets({ services, environment, target }: TargetSelection): readonly TargetKey[] {
  return services.flatMap((service) =>
    named(service.environments, environment, `environment of service ${service.name}`).flatMap(([environmentName, found]) =>
      named(found.targets, target, `target of ${service.name}/${environmentName}`).map(([targetName]) => ({
        service: service.name,
        environment: environmentName,
        target: targetName,
      })),
    ),
  );
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
