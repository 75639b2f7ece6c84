import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { callAws } from '../../src/adapters/aws/errors.ts';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { followExecution, type ReadHistory } from '../follow-execution.ts';
import { progressLine } from '../output/progress.ts';
import { lookOf } from '../output/terminal.ts';
import { type ExecutionReport, readReport } from '../report.ts';
import type { DeployedStack } from '../stack.ts';
import type { Progress } from './progress.ts';

/** An execution that ended, with what its steps said. */
export type WatchedExecution = { readonly report: ExecutionReport; readonly progress: readonly Progress[] };

/** Shows an execution on standard error until it ends, against the clock that dates its history. Ctrl-C ends the showing only. */
export async function watchExecution(client: SFNClient, { tableName }: DeployedStack, executionArn: string, earlier?: ReadHistory): Promise<WatchedExecution> {
  const action = { doing: `look up execution ${executionArn}`, needs: 'states:DescribeExecution' };
  const { startDate, redriveDate } = await callAws(action, () => client.send(new DescribeExecutionCommand({ executionArn })));
  const begun = redriveDate ?? startDate ?? new Date();
  const look = lookOf(process.stderr);
  const progress: Progress[] = [];
  const ended = await followExecution(
    client,
    executionArn,
    (one) => {
      progress.push(one);
      console.error(progressLine(one, begun.getTime(), look));
    },
    earlier,
  );
  return { report: await readReport(openStores(tableName).records, ended), progress };
}
