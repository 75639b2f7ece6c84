import { targetName, type TargetKey } from '../domain/deployment.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { Edit, Environment, Target } from '../domain/service.ts';
import { editsOf } from '../domain/target-edits.ts';
import type { ServiceStore } from '../ports/deployment-store.ts';

export type TargetConfig = {
  readonly environment: Environment;
  readonly target: Target;
  /** The target's own, else the environment's. */
  readonly edits: readonly Edit[];
};

/**
 * The configuration of one target as it is now, so that a redrive works with what was mended.
 * @throws ConfigurationError when it is no longer configured
 */
export async function readTargetConfig(services: Pick<ServiceStore, 'service'>, key: TargetKey): Promise<TargetConfig> {
  const service = await services.service(key.service);
  const environment = service?.environments[key.environment];
  const target = environment?.targets[key.target];
  if (environment !== undefined && target !== undefined) return { environment, target, edits: editsOf(environment, target) };
  throw new ConfigurationError(`${targetName(key)} is not configured; add it to slipway.yaml and apply that, then redrive`);
}

/** The repository that the edits of a target go to. @throws ConfigurationError for a target without edits */
export function editedRepository(edits: readonly Edit[], key: TargetKey): Edit['git'] {
  const [first] = edits;
  if (first === undefined) throw new ConfigurationError(`${targetName(key)} has no edits; add to slipway.yaml which scalars name its image`);
  return first.git;
}
