import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExecutionListItem, GetExecutionHistoryCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { NamedPolicy } from '../../../sandbox/aws/iam/iam.ts';
import type { DeployedWorld } from './deployed-world.ts';

type Statement = { Action: string | string[]; Effect: string; Resource: unknown };
type Document = { Statement: Statement | Statement[] };

/** Takes rights from the roles of a deployed world, and hears what is said without them. */
export type Rights = {
  /** Plays something while these roles may do only that. */
  withPolicies<Played>(changed: ReadonlyMap<string, readonly NamedPolicy[]>, play: () => Promise<Played>): Promise<Played>;
  /** The log that functions leave while something is played. */
  logOf(play: () => Promise<void>): Promise<string>;
  /** What executions, logs and the dead-letter queue say while something is played. */
  saidDuring(play: () => Promise<void>): Promise<string>;
  /** Resolves once what a deployment's end starts, as a promotion, has ended too. */
  untilQuiet(): Promise<void>;
};

export function examineRights({ world }: Pick<DeployedWorld, 'world'>): Rights {
  const { aws, folder } = world;
  const { region, id } = aws.account;
  const sfn = new SFNClient({ endpoint: aws.endpointUrl, region, credentials: aws.administrator, maxAttempts: 1 });
  const logText = (): Promise<string> => readFile(join(folder, 'functions.log'), 'utf8');
  const deadLetters = () => aws.queues.messages(`arn:aws:sqs:${region}:${id}:slipway-sandbox-lost-events`);

  async function executions(statusFilter?: 'RUNNING'): Promise<readonly ExecutionListItem[]> {
    const stateMachineArn = `arn:aws:states:${region}:${id}:stateMachine:slipway-sandbox-deploy`;
    return (await sfn.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1000, ...(statusFilter && { statusFilter }) }))).executions ?? [];
  }

  async function historiesSince(instant: number): Promise<string> {
    const since = (await executions()).filter(({ startDate = new Date(0) }) => startDate.getTime() >= instant - 1);
    const histories = await Promise.all(since.map(({ executionArn }) => sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }))));
    return JSON.stringify(histories.map(({ events }) => events));
  }

  async function untilQuiet(): Promise<void> {
    await aws.events.settled();
    while ((await executions('RUNNING')).length > 0) await sleep(20);
    await aws.events.settled();
  }

  async function logOf(play: () => Promise<void>): Promise<string> {
    const before = await logText();
    await play();
    await untilQuiet();
    return (await logText()).slice(before.length);
  }

  return {
    untilQuiet,
    logOf,
    async saidDuring(play) {
      const since = Date.now();
      const letters = deadLetters().length;
      const log = await logOf(play);
      return [await historiesSince(since), log, JSON.stringify(deadLetters().slice(letters))].join('\n');
    },
    async withPolicies(changed, play) {
      const before = aws.iam.rolePolicies();
      for (const [role, policies] of changed) aws.iam.setPolicies(role, policies);
      try {
        return await play();
      } finally {
        for (const role of changed.keys()) aws.iam.setPolicies(role, before.get(role) ?? []);
      }
    },
  };
}

/** Whether somebody was told, in AWS's words, that this role may not do that. */
export function isRefusalOf(said: string, role: string, action: string): boolean {
  return said.includes(`assumed-role/${role}/`) && said.includes(`not authorized to perform: ${action} `);
}

export function actionsOf(policies: readonly NamedPolicy[]): readonly string[] {
  return policies.flatMap(({ document }) => (document as Document).Statement).flatMap(({ Action }) => Action);
}

export function withoutAction(policies: readonly NamedPolicy[], action: string): readonly NamedPolicy[] {
  const edited = structuredClone(policies);
  for (const { document } of edited) {
    const policy = document as Document;
    policy.Statement = [policy.Statement].flat().flatMap((statement) => {
      const kept = [statement.Action].flat().filter((one) => one !== action);
      return kept.length === 0 ? [] : [{ ...statement, Action: kept }];
    });
    if (policy.Statement.length === 0) policy.Statement = [{ Effect: 'Deny', Action: 'sts:AssumeRole', Resource: '*' }];
  }
  return edited;
}
