import { expect } from 'vitest';
import type { DeploymentRecord, PendingApproval } from '../../../src/ports/deployment-store.ts';
import type { TargetKey } from '../../../src/domain/deployment.ts';
import type { TargetState } from '../../../src/domain/target-state.ts';
import { runInProcess } from '../run-in-process.ts';
import type { Ran } from '../run-slipway.ts';
import { DEV, type DeployedWorld } from './deployed-world.ts';

/** The person whose keys the terminal of the sandbox has. */
export const OPERATOR = 'arn:aws:iam::111122223333:user/operator';

/** Runs a command on a world's stack, as its administrator unless other keys are given. */
export function slipway({ environment }: DeployedWorld, args: readonly string[], keys: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return runInProcess([...args, '--stage', 'sandbox'], { ...environment, ...keys });
}

/** What a command that is refused must leave as it was. */
export type Traces = {
  readonly targets: readonly TargetState[];
  readonly records: readonly (readonly DeploymentRecord[])[];
  readonly approvals: readonly PendingApproval[];
  readonly head: string;
  readonly executions: readonly string[];
};

export async function tracesOf(world: DeployedWorld, keys: readonly TargetKey[] = [DEV]): Promise<Traces> {
  return {
    targets: await Promise.all(keys.map((key) => world.targets.target(key))),
    records: await Promise.all(keys.map((key) => world.records.history(key, 50))),
    approvals: await world.approvals.list(),
    head: await world.head(),
    executions: world.executions.started(),
  };
}

/** A command that can't be done ends with 1 and one sentence that says so, and changes nothing. */
export async function expectRefused(world: DeployedWorld, args: readonly string[], says: RegExp, keys: Readonly<Record<string, string>> = {}): Promise<void> {
  const before = await tracesOf(world);
  const { code, stdout, stderr } = await slipway(world, args, keys);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^[^\n]+\.\n$/);
  expect(stderr).toMatch(says);
  expect(await tracesOf(world)).toEqual(before);
}
