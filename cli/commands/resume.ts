import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import { EXIT } from '../exit.ts';
import { resumedLine } from '../output/hold.ts';
import { findStack } from '../stack.ts';
import { resumeTargets } from '../targets/resume-targets.ts';
import { selectFor, type Selection } from '../targets/select-targets.ts';

export type ResumeOptions = { readonly stage: string; readonly json?: boolean };

/** `slipway resume`: lifts the holds of these targets, and deploys what waited for them. */
export async function resume(selection: Selection, { stage, json }: ResumeOptions): Promise<number> {
  const { tableName, stateMachineArn } = await findStack(stage);
  const { services, targets } = openStores(tableName);
  const { keys } = await selectFor('resume', services, selection, stage);
  const resumed = await resumeTargets({ targets, executions: createExecutions({ stateMachineArn }) }, keys, stage);
  console.log(json === true ? JSON.stringify({ targets: resumed.map(({ key, ...rest }) => ({ ...key, ...rest })) }) : resumed.map(resumedLine).join('\n'));
  return EXIT.succeeded;
}
