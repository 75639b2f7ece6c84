import { DescribeExecutionCommand, type DescribeExecutionOutput, ExecutionDoesNotExist, type ExecutionListItem, InvalidArn, ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { callAws } from '../../src/adapters/aws/errors.ts';
import { NotFoundError } from '../../src/domain/errors.ts';
import type { Service } from '../../src/domain/service.ts';
import type { ServiceStore } from '../../src/ports/deployment-store.ts';
import { concernsService, readExecutionInput } from './execution-input.ts';

/** How executions end that can be redriven. */
const UNSUCCESSFUL = ['FAILED', 'ABORTED', 'TIMED_OUT'] as const;

/** Executions of each kind among which a service's last is looked for. */
const LOOKED_THROUGH = 100;

type Places = { readonly client: SFNClient; readonly services: Pick<ServiceStore, 'service'>; readonly stateMachineArn: string; readonly stage: string };

/** The execution that a person names: by ARN, by name, or by a service, whose last failed one it is. @throws NotFoundError where there is none */
export async function findExecution(places: Places, text: string): Promise<DescribeExecutionOutput> {
  const { client, services, stateMachineArn, stage } = places;
  const prefix = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:`;
  if (text.startsWith('arn:') && !text.startsWith(prefix)) throw new NotFoundError(`${text} is no execution of stage ${stage}; name its stage with --stage.`);
  const service = text.startsWith('arn:') ? null : await services.service(text);
  if (service !== null) return lastFailed(places, service);
  const found = await describe(client, text.startsWith('arn:') ? text : `${prefix}${text}`);
  if (found !== null) return found;
  const named = text.startsWith('arn:') ? 'execution' : 'service or execution';
  throw new NotFoundError(`There is no ${named} ${text} in stage ${stage}, and AWS keeps executions for 90 days; \`slipway deploy SERVICE --tag TAG --stage ${stage}\` starts a new one.`);
}

async function lastFailed({ client, stateMachineArn, stage }: Places, service: Service): Promise<DescribeExecutionOutput> {
  const lists = await Promise.all(UNSUCCESSFUL.map((status) => list(client, stateMachineArn, status)));
  for (const { executionArn = '' } of lists.flat().toSorted((a, b) => endOf(b) - endOf(a))) {
    const execution = await describe(client, executionArn);
    if (execution !== null && concernsService(readExecutionInput(execution.input), service)) return execution;
  }
  throw new NotFoundError(
    `No execution of ${service.name} is among the last ${LOOKED_THROUGH} that failed, so there is nothing to redrive; \`slipway deploy ${service.name} --tag TAG --stage ${stage}\` starts a new one.`,
  );
}

function endOf({ stopDate }: ExecutionListItem): number {
  return stopDate?.getTime() ?? 0;
}

async function list(client: SFNClient, stateMachineArn: string, statusFilter: (typeof UNSUCCESSFUL)[number]): Promise<readonly ExecutionListItem[]> {
  const action = { doing: `list the executions of ${stateMachineArn}`, needs: 'states:ListExecutions' };
  const { executions = [] } = await callAws(action, () => client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter, maxResults: LOOKED_THROUGH })));
  return executions;
}

function describe(client: SFNClient, executionArn: string): Promise<DescribeExecutionOutput | null> {
  return callAws({ doing: `look up execution ${executionArn}`, needs: 'states:DescribeExecution' }, () =>
    client.send(new DescribeExecutionCommand({ executionArn })).catch((error: unknown) => {
      // What can be no name of an execution makes no ARN of one.
      if (error instanceof ExecutionDoesNotExist || error instanceof InvalidArn) return null;
      throw error;
    }),
  );
}
