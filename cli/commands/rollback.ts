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
import { selectFor, type Selection } from '../targets/select-targets.ts';
import { refuseDividedRollback } from '../targets/shared-targets.ts';
import { type StartedRollback, startRollbacks } from '../targets/start-rollbacks.ts';

export type RollbackOptions = { readonly stage: string; readonly to?: string; readonly reason: string; readonly wait: boolean; readonly json?: boolean };

/** `slipway rollback`: brings back an earlier release and holds the targets there. Each has a release of its own to go back to, and so an execution of its own. */
export async function rollback(selection: Selection, { stage, to, reason, wait, json }: RollbackOptions): Promise<number> {
  const stack = await findStack(stage);
  const { services, targets, records } = openStores(stack.tableName);
  const { service, keys } = await selectFor('rollback', services, selection, stage);
  const planned = await planRollback({ targets, records, registry: createReleaseRegistry() }, keys, stage, to);
  refuseDividedRollback(service, planned);
  console.error(planned.map((one) => plannedLine(one, selection, stage)).join('\n'));
  const client = new SFNClient({});
  const started = await startAll(client, stack, planned, { reason, by: await callerArn(), json: json === true });
  if (wait) return watchAll(client, stack, started, json === true);
  showStarted(started, json === true);
  return EXIT.succeeded;
}

type Start = { readonly reason: string; readonly by: string; readonly json: boolean };

async function startAll(client: SFNClient, { stateMachineArn }: DeployedStack, planned: readonly PlannedRollback[], { reason, by, json }: Start): Promise<readonly StartedRollback[]> {
  const started: StartedRollback[] = [];
  const start = ({ key, to: { tag, digest } }: PlannedRollback, doing: string) => startByHand(client, stateMachineArn, { ...key, tag, digest, reason, by, rollback: true }, doing);
  try {
    for await (const one of startRollbacks(planned, start)) {
      console.error(`Started ${one.executionArn}; it goes on without this terminal.`);
      started.push(one);
    }
  } catch (error) {
    // Those run, whatever became of the next.
    if (started.length > 0) showStarted(started, json);
    throw error;
  }
  console.error('');
  return started;
}

function showStarted(started: readonly StartedRollback[], json: boolean): void {
  if (json) console.log(JSON.stringify({ targets: started.map((one) => ({ ...described(one), execution: one.executionArn })) }));
  else console.log(started.map(({ executionArn }) => `started ${executionArn}`).join('\n'));
}

async function watchAll(client: SFNClient, stack: DeployedStack, started: readonly StartedRollback[], json: boolean): Promise<number> {
  const watched = await Promise.all(started.map(async (one) => ({ ...one, ...(await watchExecution(client, stack, one.executionArn)) })));
  if (json) console.log(JSON.stringify({ targets: watched.map((one): Described & ReportSummary => ({ ...described(one), ...one.report.summary })) }));
  else console.log(`\n${watched.map(({ report }) => describeReport(report, lookOf(process.stdout))).join('\n\n\n')}`);
  return watched.every(({ report }) => report.summary.outcome === 'succeeded') ? EXIT.succeeded : EXIT.failed;
}

type Described = PlannedRollback['key'] & Pick<PlannedRollback, 'from' | 'to'>;

function described({ key, from, to }: PlannedRollback): Described {
  return { ...key, from, to };
}
