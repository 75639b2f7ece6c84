import { openStores, type Stores } from '../../src/adapters/dynamodb/open-stores.ts';
import type { TargetKey } from '../../src/domain/deployment.ts';
import { EXIT } from '../exit.ts';
import { describeTarget, type TargetReport } from '../output/target.ts';
import { targetSummary } from '../output/target-summary.ts';
import { lookOf } from '../output/terminal.ts';
import { findStack } from '../stack.ts';
import { selectTargets } from '../targets/select-targets.ts';

export type StatusOptions = { readonly stage: string; readonly limit: number; readonly json?: boolean };

/** `slipway status`: what is deployed where, who is deploying, what is held, waits or is in quarantine, and the last deployments of each target. */
export async function status(name: string, { stage, limit, json }: StatusOptions): Promise<number> {
  const { tableName } = await findStack(stage);
  const stores = openStores(tableName);
  const keys = await selectTargets(stores.services, { service: name }, stage);
  const reports = await Promise.all(keys.map((key) => reportOn(stores, key, limit)));
  const look = lookOf(process.stdout);
  console.log(json === true ? JSON.stringify({ service: name, targets: reports.map(targetSummary) }) : reports.map((report) => describeTarget(report, look)).join('\n\n\n'));
  return EXIT.succeeded;
}

async function reportOn({ targets, records, approvals, merges }: Stores, key: TargetKey, limit: number): Promise<TargetReport> {
  const [state, approval, merge, history] = await Promise.all([targets.target(key), approvals.pending(key), merges.pending(key), records.history(key, limit)]);
  return { key, state, approval, merge, history };
}
