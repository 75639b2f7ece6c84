import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { userInfo } from 'node:os';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { ConfigurationError } from '../../src/domain/errors.ts';
import { EXIT } from '../exit.ts';
import { followExecution } from '../follow-execution.ts';
import { describeAttempt } from '../output/deployment.ts';
import { progressLine } from '../output/progress.ts';
import { type ExecutionReport, readReport } from '../report.ts';
import { findStack } from '../stack.ts';

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

/** `slipway deploy`: starts an execution by hand and, unless told otherwise, shows it to its end. */
export async function deploy(service: string, options: DeployOptions): Promise<number> {
  if (options.tag === undefined && options.digest === undefined) throw new ConfigurationError('Name the image to deploy: --tag or --digest.');
  const stack = await findStack(options.stage);
  const client = new SFNClient({});
  const { tag, digest, environment, target, reason } = options;
  const input = JSON.stringify({ service, environment, target, tag, digest, reason, by: userInfo().username });
  const { executionArn = '' } = await client.send(new StartExecutionCommand({ stateMachineArn: stack.stateMachineArn, input }));
  if (!options.wait) {
    console.log(options.json === true ? JSON.stringify({ execution: executionArn }) : `started ${executionArn}`);
    return EXIT.succeeded;
  }
  console.error(`started ${executionArn}`);
  const ended = await followExecution(client, executionArn, (progress) => console.error(progressLine(progress, Date.now())));
  const report = await readReport(openStores(stack.tableName).records, ended);
  console.log(options.json === true ? JSON.stringify(report.summary) : describeReport(report));
  return report.summary.outcome === 'succeeded' ? EXIT.succeeded : EXIT.failed;
}

export function describeReport({ summary, attempts }: ExecutionReport): string {
  if (attempts.length === 0) return `Outcome: ${summary.outcome}${summary.cause === null ? '' : `: ${summary.cause}`}`;
  return attempts.map(({ key, release, attempt }) => describeAttempt(key, release, attempt)).join('\n\n');
}
