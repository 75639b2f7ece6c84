import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import type { TargetState } from '../../src/domain/claim.ts';
import { targetName, type TargetKey } from '../../src/domain/deployment.ts';
import { ConfigurationError } from '../../src/domain/errors.ts';
import { targetsOf } from '../../src/domain/release-request.ts';
import type { DeploymentRecord } from '../../src/ports/deployment-store.ts';
import { EXIT } from '../exit.ts';
import { describeAttempt } from '../output/deployment.ts';
import { seconds } from '../output/waterfall.ts';
import { findStack } from '../stack.ts';

type TargetReport = { readonly key: TargetKey; readonly state: TargetState; readonly history: readonly DeploymentRecord[] };

/** `slipway status`: what is deployed where, who is deploying, and the last deployments of each target. */
export async function status(name: string, options: { readonly stage: string; readonly limit: string; readonly json?: boolean }): Promise<number> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1) throw new ConfigurationError(`--limit is a whole number from 1, not ${options.limit}.`);
  const { tableName } = await findStack(options.stage);
  const { services, targets, records } = openStores(tableName);
  const service = await services.service(name);
  if (service === null) throw new ConfigurationError(`There is no service ${name} in stage ${options.stage}; slipway apply adds it.`);
  const reports = await Promise.all(
    targetsOf({ services: [service] }).map(async (key): Promise<TargetReport> => ({ key, state: await targets.target(key), history: await records.history(key, limit) })),
  );
  console.log(options.json === true ? JSON.stringify({ service: name, targets: reports.map(summary) }) : reports.map(describe).join('\n\n'));
  return EXIT.succeeded;
}

function summary({ key, state, history }: TargetReport) {
  return { ...key, current: state.current, deploying: state.claim?.execution ?? null, deployments: history };
}

function describe({ key, state, history }: TargetReport): string {
  const { current, claim } = state;
  const last = history[0];
  const attempt = last?.attempts.at(-1);
  return [
    targetName(key),
    `  current    ${current === null ? 'nothing deployed yet' : `${current.release.tag}  ${current.release.digest}  since ${current.concludedAt}`}`,
    ...(claim === null || claim.execution === null ? [] : [`  deploying  ${claim.digest}  by ${claim.execution}`]),
    ...history.map(historyLine),
    ...(last === undefined || attempt === undefined ? [] : ['', 'Last deployment', describeAttempt(key, last.release, attempt)]),
  ].join('\n');
}

function historyLine({ release, attempts }: DeploymentRecord): string {
  const last = attempts.at(-1);
  return `  ${release.releasedAt}  ${release.tag.padEnd(16)} ${(last?.outcome ?? '').padEnd(11)} ${seconds(last?.timings.total ?? 0)}${last?.cause === null || last === undefined ? '' : `  ${last.cause}`}`;
}
