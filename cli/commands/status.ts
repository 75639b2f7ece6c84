import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { NotFoundError } from '../../src/domain/errors.ts';
import { targetsOf } from '../../src/domain/release-request.ts';
import { EXIT } from '../exit.ts';
import { describeTarget, type TargetReport } from '../output/target.ts';
import { lookOf } from '../output/terminal.ts';
import { findStack } from '../stack.ts';

export type StatusOptions = { readonly stage: string; readonly limit: number; readonly json?: boolean };

/** `slipway status`: what is deployed where, who is deploying, and the last deployments of each target. */
export async function status(name: string, { stage, limit, json }: StatusOptions): Promise<number> {
  const { tableName } = await findStack(stage);
  const { services, targets, records } = openStores(tableName);
  const service = await services.service(name);
  if (service === null) throw new NotFoundError(`There is no service ${name} in stage ${stage}; slipway apply adds it.`);
  const reports = await Promise.all(
    targetsOf({ services: [service] }).map(async (key): Promise<TargetReport> => ({ key, state: await targets.target(key), history: await records.history(key, limit) })),
  );
  const look = lookOf(process.stdout);
  console.log(json === true ? JSON.stringify({ service: name, targets: reports.map(summary) }) : reports.map((report) => describeTarget(report, look)).join('\n\n\n'));
  return EXIT.succeeded;
}

function summary({ key, state, history }: TargetReport) {
  return { ...key, current: state.current, deploying: state.claim?.execution ?? null, deployments: history };
}
