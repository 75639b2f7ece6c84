import { NotFoundError } from '../../src/domain/errors.ts';
import type { TargetKey } from '../../src/domain/deployment.ts';
import { targetsOf } from '../../src/domain/release-request.ts';
import type { Service } from '../../src/domain/service.ts';
import type { ServiceStore } from '../../src/ports/deployment-store.ts';

/** `SERVICE [ENVIRONMENT [TARGET]]`, as a person names targets. */
export type Selection = { readonly service: string; readonly environment?: string | undefined; readonly target?: string | undefined };

/** The targets that a person means. @throws NotFoundError for an unknown service @throws ConfigurationError for an unknown environment or target */
export async function selectTargets(
  services: Pick<ServiceStore, 'service'>,
  { service: name, environment, target }: Selection,
  stage: string,
): Promise<{ readonly service: Service; readonly keys: readonly TargetKey[] }> {
  const service = await services.service(name);
  if (service === null) throw new NotFoundError(`There is no service ${name} in stage ${stage}; slipway apply adds it.`);
  return { service, keys: targetsOf({ services: [service], environment, target }) };
}
