import { NotFoundError } from '../../src/domain/errors.ts';
import type { TargetKey } from '../../src/domain/deployment.ts';
import { firstTargetsOf, targetsOf } from '../../src/domain/release-request.ts';
import type { Service } from '../../src/domain/service.ts';
import type { ServiceStore } from '../../src/ports/deployment-store.ts';

/** `SERVICE [ENVIRONMENT [TARGET]]`, as a person names targets. */
export type Selection = { readonly service: string; readonly environment?: string | undefined; readonly target?: string | undefined };

type Services = Pick<ServiceStore, 'service'>;

/** The targets that a person means. @throws NotFoundError for an unknown service @throws ConfigurationError for an unknown environment or target */
export async function selectTargets(services: Services, { service, environment, target }: Selection, stage: string): Promise<readonly TargetKey[]> {
  return targetsOf({ services: [await knownService(services, service, stage)], environment, target });
}

/** Where a release goes that a person deploys: without an environment, to those that come first. @throws as selectTargets does */
export async function selectForRelease(services: Services, { service, environment, target }: Selection, stage: string): Promise<readonly TargetKey[]> {
  const known = [await knownService(services, service, stage)];
  return environment === undefined ? firstTargetsOf({ services: known, target }) : targetsOf({ services: known, environment, target });
}

async function knownService(services: Services, name: string, stage: string): Promise<Service> {
  const service = await services.service(name);
  if (service === null) throw new NotFoundError(`There is no service ${name} in stage ${stage}; \`slipway apply --stage ${stage}\` adds it.`);
  return service;
}
