import { SFNClient } from '@aws-sdk/client-sfn';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createReleaseRegistry } from '../../src/adapters/ecr/release-registry.ts';
import { callerArn } from '../execution/caller.ts';
import { startByHand } from '../execution/start-execution.ts';
import { watchExecution } from '../execution/watch-execution.ts';
import { EXIT } from '../exit.ts';
import { describeReport } from '../output/report.ts';
import { lookOf } from '../output/terminal.ts';
import { findStack } from '../stack.ts';
import { requireImage } from '../targets/require-image.ts';
import { selectForRelease } from '../targets/select-targets.ts';

export type DeployOptions = {
  readonly stage: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly environment?: string;
  readonly target?: string;
  readonly reason?: string;
  readonly wait: boolean;
  readonly json?: boolean;
};

/** `slipway deploy`: starts an execution by hand and, unless told otherwise, shows it to its end. Ctrl-C ends the showing only. */
export async function deploy(service: string, { stage, wait, json, tag, digest, environment, target, reason }: DeployOptions): Promise<number> {
  const stack = await findStack(stage);
  // A mistyped place or image is told here: nobody wants an execution that failed on it.
  const { repository } = await selectForRelease(openStores(stack.tableName).services, { service, environment, target }, stage);
  await requireImage(createReleaseRegistry(), repository, { tag, digest });
  const client = new SFNClient({});
  const by = await callerArn();
  const executionArn = await startByHand(client, stack.stateMachineArn, { service, environment, target, tag, digest, reason, by });
  if (!wait) {
    console.log(json === true ? JSON.stringify({ execution: executionArn }) : `started ${executionArn}`);
    return EXIT.succeeded;
  }
  console.error(`Started ${executionArn}; it goes on without this terminal.\n`);
  const { report } = await watchExecution(client, stack, executionArn);
  console.log(json === true ? JSON.stringify(report.summary) : `\n${describeReport(report, lookOf(process.stdout))}`);
  return report.summary.outcome === 'succeeded' ? EXIT.succeeded : EXIT.failed;
}
