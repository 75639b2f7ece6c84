import { describeEdits } from '../../src/domain/covers.ts';
import type { TargetKey } from '../../src/domain/deployment.ts';
import { ConfigurationError } from '../../src/domain/errors.ts';
import type { Service } from '../../src/domain/service.ts';
import { sharedScalar } from '../../src/domain/target-edits.ts';
import type { PlannedRollback } from './plan-rollback.ts';

/** Commands that are about one target as much as about many. */
export type TargetCommand = 'hold' | 'resume' | 'rollback';

const VERBS: Readonly<Record<TargetCommand, string>> = { hold: 'hold', resume: 'resume', rollback: 'roll back' };

/** @throws ConfigurationError for a target that shares a scalar with another: what is done to it alone, the other would undo or get as well */
export function refuseSharedTarget(service: Service, { environment, target }: Pick<TargetKey, 'environment' | 'target'>, command: TargetCommand, stage: string): void {
  const shared = sharedWith(service, { environment, target });
  if (shared === null) return;
  const whole = `slipway ${command} ${service.name} ${environment}${command === 'resume' ? '' : ' --reason REASON'} --stage ${stage}`;
  throw new ConfigurationError(`${environment}/${target} and ${environment}/${shared.with} share ${shared.scalar}; ${VERBS[command]} the environment: \`${whole}\`.`);
}

/** @throws ConfigurationError where targets that share a scalar would go back to different releases: it can hold one */
export function refuseDividedRollback(service: Service, planned: readonly PlannedRollback[]): void {
  for (const { key, to } of planned) {
    const shared = sharedWith(service, key);
    const other = planned.find((one) => one.key.environment === key.environment && one.key.target === shared?.with);
    if (shared === null || other === undefined || other.to.digest === to.digest) continue;
    const places = `${key.environment}/${key.target} would go back to ${to.tag} and ${key.environment}/${shared.with} to ${other.to.tag}`;
    throw new ConfigurationError(`${places}, but they share ${shared.scalar}; name one release for both with --to.`);
  }
}

function sharedWith({ environments }: Service, { environment: name, target }: Pick<TargetKey, 'environment' | 'target'>): { readonly with: string; readonly scalar: string } | null {
  const environment = environments[name];
  const shared = environment === undefined ? null : sharedScalar(environment, target);
  return shared === null ? null : { with: shared.with, scalar: describeEdits([shared.edit]) };
}
