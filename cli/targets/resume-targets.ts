import { targetName, type TargetKey } from '../../src/domain/deployment.ts';
import { NotFoundError } from '../../src/domain/errors.ts';
import { startOfWaiting } from '../../src/domain/own-request.ts';
import type { Hold, TargetState, Waiting } from '../../src/domain/target-state.ts';
import type { TargetStore } from '../../src/ports/deployment-store.ts';
import type { Executions } from '../../src/ports/executions.ts';
import { changeTarget } from './change-target.ts';

type Ports = { readonly targets: TargetStore; readonly executions: Pick<Executions, 'start' | 'status'> };

/** What became of the release that waited: it is being deployed, or it follows the deployment that runs. */
export type Released = { readonly tag: string; readonly digest: string } & ({ readonly status: 'started' } | { readonly status: 'follows'; readonly execution: string });

export type ResumedTarget = {
  readonly key: TargetKey;
  /** The hold that was lifted; null where there was none. */
  readonly lifted: Hold | null;
  /** Null where nothing waited. */
  readonly next: Released | null;
};

/**
 * Lifts every hold of these targets of a service, and starts what waited for one. What was lifted by a command that ended before its start is
 * started by the next sweep.
 *
 * @param stage of the stack, for the command that an error names
 * @throws NotFoundError where none of them is held
 */
export async function resumeTargets(ports: Ports, keys: readonly TargetKey[], stage: string): Promise<readonly ResumedTarget[]> {
  const states = await Promise.all(keys.map((key) => ports.targets.target(key)));
  if (states.every(({ hold }) => hold === null)) {
    const status = `\`slipway status ${keys[0]?.service ?? 'SERVICE'} --stage ${stage}\``;
    throw new NotFoundError(`No hold is there to lift on ${keys.map(targetName).join(', ')}; ${status} shows what is held.`);
  }
  return Promise.all(keys.map((key) => resumeTarget(ports, key)));
}

async function resumeTarget({ targets, executions }: Ports, key: TargetKey): Promise<ResumedTarget> {
  const { before, changed } = await changeTarget(targets, key, ({ hold }) => (hold === null ? null : { hold: null }));
  if (!changed) return { key, lifted: null, next: null };
  // Read after the hold is gone: a deployment that ends from now on starts what waits by itself.
  const state = await targets.target(key);
  return { key, lifted: before.hold, next: state.next === null ? null : await release(executions, key, state, state.next) };
}

async function release(executions: Ports['executions'], key: TargetKey, { claim }: TargetState, next: Waiting): Promise<Released> {
  const { tag, digest } = next.release;
  const holder = claim?.execution ?? null;
  if (holder !== null && (await executions.status(holder)) === 'RUNNING') return { tag, digest, status: 'follows', execution: holder };
  const { name, request } = startOfWaiting(key, next);
  await executions.start(name, request);
  return { tag, digest, status: 'started' };
}
