import { NotFoundError } from '../../src/domain/errors.ts';
import type { TargetKey } from '../../src/domain/deployment.ts';
import { firstTargetsOf, targetsOf } from '../../src/domain/release-request.ts';
import type { Service } from '../../src/domain/service.ts';
import type { ServiceStore } from '../../src/ports/deployment-store.ts';
import { refuseSharedTarget, type TargetCommand } from './shared-targets.ts';

/** `SERVICE [ENVIRONMENT [TARGET]]`, as a person names targets. */
export type Selection = { readonly service: string; readonly environment?: string | undefined; readonly target?: string | undefined };

type Services = Pick<ServiceStore, 'service'>;

/** The targets that a person means. @throws NotFoundError for an unknown service @throws ConfigurationError for an unknown environment or target */
export async function selectTargets(services: Services, { service, environment, target }: Selection, stage: string): Promise<readonly TargetKey[]> {
  return targetsOf({ services: [await knownService(services, service, stage)], environment, target });
}

/** The service and those of its targets that a command of an operator is for. @throws as selectTargets does @throws ConfigurationError for one target that shares a scalar with another */
export async function selectFor(command: TargetCommand, services: Services, selection: Selection, stage: string): Promise<{ readonly service: Service; readonly keys: readonly TargetKey[] }> {
  const service = await knownService(services, selection.service, stage);
  const { environment, target } = selection;
  const keys = targetsOf({ services: [service], environment, target });
  if (environment !== undefined && target !== undefined) refuseSharedTarget(service, { environment, target }, command, stage);
  return { service, keys };
}

/** The service of which a person deploys a release, once it is sure that this has somewhere to go. @throws as selectTargets does */
export async function selectForRelease(services: Services, { service: name, environment, target }: Selection, stage: string): Promise<Service> {
  const service = await knownService(services, name, stage);
  if (environment === undefined) firstTargetsOf({ services: [service], target });
  else targetsOf({ services: [service], environment, target });
  return service;
}

async function knownService(services: Services, name: string, stage: string): Promise<Service> {
  const service = await services.service(name);
  if (service === null) throw new NotFoundError(`There is no service ${name} in stage ${stage}; \`slipway apply --stage ${stage}\` adds it.`);
  return service;
}
