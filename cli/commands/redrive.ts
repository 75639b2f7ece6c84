import { randomUUID } from 'node:crypto';
import { type DescribeExecutionOutput, RedriveExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { callAws } from '../../src/adapters/aws/errors.ts';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { RefusedError } from '../../src/domain/errors.ts';
import type { ServiceStore } from '../../src/ports/deployment-store.ts';
import { deployCommand, readExecutionInput } from '../execution/execution-input.ts';
import { findExecution } from '../execution/find-execution.ts';
import { redriveObstacle } from '../execution/redrive-obstacle.ts';
import { skippedSteps } from '../execution/skipped-steps.ts';
import { watchExecution } from '../execution/watch-execution.ts';
import { EXIT } from '../exit.ts';
import { readHistory } from '../follow-execution.ts';
import { describeReport } from '../output/report.ts';
import { describeSkipped } from '../output/skipped.ts';
import { lookOf } from '../output/terminal.ts';
import { findStack } from '../stack.ts';

export type RedriveOptions = { readonly stage: string; readonly json?: boolean };

/** `slipway redrive`: lets an execution go on where it failed, shows it to its end, and says what was done already. */
export async function redrive(text: string, { stage, json }: RedriveOptions): Promise<number> {
  const stack = await findStack(stage);
  const { services } = openStores(stack.tableName);
  const client = new SFNClient({});
  const execution = await findExecution({ client, services, stateMachineArn: stack.stateMachineArn, stage }, text);
  const obstacle = redriveObstacle(execution, await startAnew(services, execution, stage), Date.now());
  if (obstacle !== null) throw new RefusedError(obstacle);
  const { executionArn = '' } = execution;
  const before = await readHistory(client, executionArn);
  await redriveExecution(client, executionArn);
  console.error(`Redrove ${executionArn}, which ended ${execution.status} at ${execution.stopDate?.toISOString()}; it goes on without this terminal.\n`);
  const { report, progress } = await watchExecution(client, stack, executionArn, before);
  const skipped = skippedSteps(before.progress, progress);
  if (json === true) console.log(JSON.stringify({ ...report.summary, skipped }));
  else console.log(`\n${describeReport(report, lookOf(process.stdout))}\n\n${describeSkipped(skipped)}`);
  return report.summary.outcome === 'succeeded' ? EXIT.succeeded : EXIT.failed;
}

/** The token lets a repeated request redrive once. */
async function redriveExecution(client: SFNClient, executionArn: string): Promise<void> {
  const request = { executionArn, clientToken: randomUUID() };
  await callAws({ doing: `redrive ${executionArn}`, needs: 'states:RedriveExecution' }, () => client.send(new RedriveExecutionCommand(request)));
}

/** What to type for a new execution of the same release. */
async function startAnew(services: Pick<ServiceStore, 'servicesOf'>, { input }: DescribeExecutionOutput, stage: string): Promise<string> {
  const read = readExecutionInput(input);
  const [service] = read === null || read.repository === null ? [] : await services.servicesOf(read.repository);
  return deployCommand(read, service?.name ?? null, stage);
}
