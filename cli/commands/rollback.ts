import { SFNClient } from '@aws-sdk/client-sfn';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createReleaseRegistry } from '../../src/adapters/ecr/release-registry.ts';
import { callerArn } from '../execution/caller.ts';
import { startByHand } from '../execution/start-execution.ts';
import { watchExecution } from '../execution/watch-execution.ts';
import { EXIT } from '../exit.ts';
import { describeReport } from '../output/report.ts';
import { plannedLine } from '../output/rollback.ts';
import { lookOf } from '../output/terminal.ts';
import type { ReportSummary } from '../report.ts';
import { type DeployedStack, findStack } from '../stack.ts';
import { type PlannedRollback, planRollback } from '../targets/plan-rollback.ts';
import { type Selection, selectTargets } from '../targets/select-targets.ts';

export type RollbackOptions = { readonly stage: string; readonly to?: string; readonly reason: string; readonly wait: boolean; readonly json?: boolean };

type Started = PlannedRollback & { readonly executionArn: string };

/** `slipway rollback`: brings back an earlier release and holds the targets there. Each has a release of its own to go back to, and so an execution of its own. */
export async function rollback(selection: Selection, { stage, to, reason, wait, json }: RollbackOptions): Promise<number> {
  const stack = await findStack(stage);
  const { services, targets, records } = openStores(stack.tableName);
  const keys = await selectTargets(services, selection, stage);
  const planned = await planRollback({ targets, records, registry: createReleaseRegistry() }, keys, stage, to);
  console.error(planned.map((one) => plannedLine(one, stage)).join('\n'));
  const client = new SFNClient({});
  const started = await startAll(client, stack, planned, { reason, by: await callerArn() });
  if (!wait) {
    if (json === true) console.log(JSON.stringify({ targets: started.map((one) => ({ ...described(one), execution: one.executionArn })) }));
    else console.log(started.map(({ executionArn }) => `started ${executionArn}`).join('\n'));
    return EXIT.succeeded;
  }
  return watchAll(client, stack, started, json === true);
}

async function startAll(client: SFNClient, { stateMachineArn }: DeployedStack, planned: readonly PlannedRollback[], word: { readonly reason: string; readonly by: string }): Promise<readonly Started[]> {
  const started: Started[] = [];
  for (const plan of planned) {
    const { tag, digest } = plan.to;
    const executionArn = await startByHand(client, stateMachineArn, { ...plan.key, tag, digest, ...word, rollback: true });
    console.error(`Started ${executionArn}; it goes on without this terminal.`);
    started.push({ ...plan, executionArn });
  }
  console.error('');
  return started;
}

async function watchAll(client: SFNClient, stack: DeployedStack, started: readonly Started[], json: boolean): Promise<number> {
  const watched = await Promise.all(started.map(async (one) => ({ ...one, ...(await watchExecution(client, stack, one.executionArn)) })));
  if (json) console.log(JSON.stringify({ targets: watched.map((one): Described & ReportSummary => ({ ...described(one), ...one.report.summary })) }));
  else console.log(`\n${watched.map(({ report }) => describeReport(report, lookOf(process.stdout))).join('\n\n\n')}`);
  return watched.every(({ report }) => report.summary.outcome === 'succeeded') ? EXIT.succeeded : EXIT.failed;
}

type Described = PlannedRollback['key'] & Pick<PlannedRollback, 'from' | 'to'>;

function described({ key, from, to }: PlannedRollback): Described {
  return { ...key, from, to };
}
