import { targetName } from '../../src/domain/deployment.ts';
import type { PlannedRollback } from '../targets/plan-rollback.ts';

/** What a rollback is about to change in one target. */
export function plannedLine({ key, from, to }: PlannedRollback, stage: string): string {
  const resume = `slipway resume ${key.service} ${key.environment} ${key.target} --stage ${stage}`;
  return `${targetName(key)}  ${from.tag} → ${to.tag} (${to.digest.slice(0, 'sha256:'.length + 12)}), then held until ${resume}`;
}
