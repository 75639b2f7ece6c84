import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { callerArn } from '../execution/caller.ts';
import { EXIT } from '../exit.ts';
import { heldLine } from '../output/hold.ts';
import { findStack } from '../stack.ts';
import { holdTargets } from '../targets/hold-targets.ts';
import { selectFor, type Selection } from '../targets/select-targets.ts';

export type HoldOptions = { readonly stage: string; readonly reason: string; readonly json?: boolean };

/** `slipway hold`: no newer release comes onto these targets until `slipway resume`. A hold that is there stays as it is. */
export async function hold(selection: Selection, { stage, reason, json }: HoldOptions): Promise<number> {
  const { tableName } = await findStack(stage);
  const { services, targets } = openStores(tableName);
  const { keys } = await selectFor('hold', services, selection, stage);
  const held = await holdTargets(targets, keys, { reason, by: await callerArn(), since: new Date().toISOString() });
  console.log(json === true ? JSON.stringify({ targets: held.map(({ key, ...rest }) => ({ ...key, ...rest })) }) : held.map(heldLine).join('\n'));
  return EXIT.succeeded;
}
