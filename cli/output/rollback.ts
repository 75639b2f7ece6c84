import { targetName } from '../../src/domain/deployment.ts';
import type { PlannedRollback } from '../targets/plan-rollback.ts';
import type { Selection } from '../targets/select-targets.ts';

/** What a rollback is about to change in one target. Without a target, the hold is lifted as it is set: for the environment. */
export function plannedLine({ key, from, to }: PlannedRollback, { target }: Pick<Selection, 'target'>, stage: string): string {
  const resume = `slipway resume ${[key.service, key.environment, ...(target === undefined ? [] : [target])].join(' ')} --stage ${stage}`;
  return `${targetName(key)}  ${from.tag} → ${to.tag} (${to.digest.slice(0, 'sha256:'.length + 12)}), then held until ${resume}`;
}
