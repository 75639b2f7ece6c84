import { userInfo } from 'node:os';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { callAws } from '../../src/adapters/aws/errors.ts';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { EXIT } from '../exit.ts';
import { followExecution } from '../follow-execution.ts';
import { progressLine } from '../output/progress.ts';
import { describeReport } from '../output/report.ts';
import { lookOf } from '../output/terminal.ts';
import { type ExecutionReport, readReport } from '../report.ts';
import { type DeployedStack, findStack } from '../stack.ts';

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
export async function deploy(service: string, options: DeployOptions): Promise<number> {
  const stack = await findStack(options.stage);
  const client = new SFNClient({});
  const executionArn = await start(client, stack, service, options);
  if (!options.wait) {
    console.log(options.json === true ? JSON.stringify({ execution: executionArn }) : `started ${executionArn}`);
    return EXIT.succeeded;
  }
  console.error(`Started ${executionArn}; it goes on without this terminal.\n`);
  const report = await watch(client, stack, executionArn);
  console.log(options.json === true ? JSON.stringify(report.summary) : `\n${describeReport(report, lookOf(process.stdout))}`);
  return report.summary.outcome === 'succeeded' ? EXIT.succeeded : EXIT.failed;
}

async function start(client: SFNClient, { stateMachineArn }: DeployedStack, service: string, options: DeployOptions): Promise<string> {
  const { tag, digest, environment, target, reason } = options;
  const input = JSON.stringify({ service, environment, target, tag, digest, reason, by: userName() });
  const action = { doing: `start an execution of ${stateMachineArn}`, needs: 'states:StartExecution' };
  const { executionArn = '' } = await callAws(action, () => client.send(new StartExecutionCommand({ stateMachineArn, input })));
  return executionArn;
}

/** Told on standard error, against the clock that dates the history. */
async function watch(client: SFNClient, { tableName }: DeployedStack, executionArn: string): Promise<ExecutionReport> {
  const action = { doing: `look up execution ${executionArn}`, needs: 'states:DescribeExecution' };
  const { startDate = new Date() } = await callAws(action, () => client.send(new DescribeExecutionCommand({ executionArn })));
  const look = lookOf(process.stderr);
  const ended = await followExecution(client, executionArn, (progress) => console.error(progressLine(progress, startDate.getTime(), look)));
  return readReport(openStores(tableName).records, ended);
}

/** Containers may run as a user without a name. */
function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
