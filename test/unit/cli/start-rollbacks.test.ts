import { describe, expect, it } from 'vitest';
import type { PlannedRollback } from '../../../cli/targets/plan-rollback.ts';
import { type StartedRollback, startRollbacks } from '../../../cli/targets/start-rollbacks.ts';
import { aDigest } from '../../support/release.ts';

function aPlan(target: string): PlannedRollback {
  const key = { service: 'inference-service', environment: 'prod', target };
  return { key, from: { tag: '1.1.0', digest: aDigest() }, to: { tag: '1.0.0', digest: aDigest('b') } };
}

/** Starts them in executions that have the targets' names; one of them can't be started. */
async function startAll({ refused = 'none' } = {}) {
  const asked: string[] = [];
  const started: StartedRollback[] = [];
  const start = async ({ key: { target } }: PlannedRollback, doing: string): Promise<string> => {
    asked.push(target);
    if (target === refused) throw new Error(`Cannot ${doing}.`);
    return `arn:${target}`;
  };
  const all = async () => {
    for await (const one of startRollbacks(['eu', 'us', 'ap'].map(aPlan), start)) started.push(one);
  };
  const error = await all().catch((thrown: unknown) => thrown);
  return { asked, started: started.map(({ executionArn }) => executionArn), error };
}

describe('startRollbacks', () => {
  it('starts one after the other, and tells of each', async () => {
    expect(await startAll()).toEqual({ asked: ['eu', 'us', 'ap'], started: ['arn:eu', 'arn:us', 'arn:ap'], error: undefined });
  });

  it('ends at the first that can not be started, has told of those before it, and names them in the error', async () => {
    const { asked, started, error } = await startAll({ refused: 'us' });
    expect([asked, started]).toEqual([['eu', 'us'], ['arn:eu']]);
    expect(error).toMatchObject({ message: 'Cannot start the rollback of inference-service/prod/us beside what runs already (inference-service/prod/eu in arn:eu).' });
  });

  it('names no other where the first can not be started', async () => {
    expect((await startAll({ refused: 'eu' })).error).toMatchObject({ message: 'Cannot start the rollback of inference-service/prod/eu.' });
  });
});
