import type { TargetKey } from '../../src/domain/deployment.ts';

/** The command that approves what waits in a target. The stage is part of the state machine's name, and so of the execution's ARN. */
export function approveCommand({ service, environment, target }: TargetKey, execution: string): string {
  const stage = /:execution:slipway-([^:]+)-deploy:/.exec(execution)?.[1];
  return `slipway approve ${service} ${environment} ${target}${stage === undefined ? '' : ` --stage ${stage}`}`;
}
