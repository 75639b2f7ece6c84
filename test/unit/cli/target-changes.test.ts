import { describe, expect, it } from 'vitest';
import { heldLine, resumedLine } from '../../../cli/output/hold.ts';
import { changeTarget } from '../../../cli/targets/change-target.ts';
import { holdTargets } from '../../../cli/targets/hold-targets.ts';
import { resumeTargets } from '../../../cli/targets/resume-targets.ts';
import { createMemoryExecutions } from '../../../src/adapters/memory/executions.ts';
import { createMemoryTargetStore } from '../../../src/adapters/memory/target-store.ts';
import type { TargetKey } from '../../../src/domain/deployment.ts';
import { startOfWaiting } from '../../../src/domain/own-request.ts';
import type { TargetChange } from '../../../src/domain/target-state.ts';
import type { TargetStore } from '../../../src/ports/deployment-store.ts';
import { aClaim, aDigest, aRelease } from '../../support/release.ts';

const EU: TargetKey = { service: 'inference-service', environment: 'prod', target: 'eu' };
const US: TargetKey = { ...EU, target: 'us' };
const AT = '2026-01-02T03:04:05.000Z';
const HOLD = { by: 'arn:aws:iam::111122223333:user/alice', reason: 'database migration', since: AT };
const NEXT = { release: aRelease({ tag: '1.2.0' }), since: AT };
const ARN = 'arn:aws:states:eu-central-1:111122223333:execution:slipway-prod-deploy:one';

async function aStore(change: TargetChange = {}, key = EU): Promise<TargetStore> {
  const targets = createMemoryTargetStore();
  await targets.change(key, await targets.target(key), change);
  return targets;
}

/** A store in which others change the target right before each of the first writes. */
function busy(targets: TargetStore, times: number): TargetStore {
  let left = times;
  return {
    ...targets,
    async change(key, state, change) {
      if (left-- > 0) await targets.change(key, await targets.target(key), { next: NEXT });
      return targets.change(key, state, change);
    },
  };
}

describe('changeTarget', () => {
  it('decides again on what others have made of the target meanwhile', async () => {
    const targets = await aStore();
    const seen: unknown[] = [];
    await changeTarget(busy(targets, 1), EU, (state) => {
      seen.push(state.next);
      return { hold: HOLD };
    });
    expect(seen).toEqual([null, NEXT]);
    expect(await targets.target(EU)).toMatchObject({ hold: HOLD, next: NEXT });
  });

  it('gives up in words where others never stop', async () => {
    await expect(changeTarget(busy(await aStore(), 100), EU, () => ({ hold: HOLD }))).rejects.toMatchObject({
      name: 'ConflictError',
      message: 'Target inference-service/prod/eu changed 10 times while it was to be changed by hand; run the command again.',
    });
  });
});

describe('slipway hold', () => {
  it('holds each target with who, why and since when', async () => {
    const targets = await aStore();
    const held = await holdTargets(targets, [EU, US], HOLD);
    expect([(await targets.target(EU)).hold, (await targets.target(US)).hold]).toEqual([HOLD, HOLD]);
    expect(held.map(heldLine)).toEqual(['inference-service/prod/eu  held: database migration', 'inference-service/prod/us  held: database migration']);
  });

  it('leaves a hold that is there as it is, however often it is asked', async () => {
    const targets = await aStore({ hold: HOLD });
    const before = await targets.target(EU);
    const held = await holdTargets(targets, [EU], { by: 'arn:bob', reason: 'another', since: '2026-01-03T00:00:00.000Z' });
    expect(await targets.target(EU)).toEqual(before);
    expect(held.map(heldLine)).toEqual([`inference-service/prod/eu  held already by ${HOLD.by} since ${AT}: database migration`]);
  });

  it('says that what is being deployed goes on', async () => {
    const [held] = await holdTargets(await aStore({ claim: aClaim({ execution: ARN }) }), [EU], HOLD);
    expect(held && heldLine(held)).toBe(`inference-service/prod/eu  held: database migration; 1.1.0 is being deployed and goes on: ${ARN}`);
  });
});

describe('slipway resume', () => {
  it('lifts the hold, and starts what waited under the name that everybody gives it', async () => {
    const [targets, executions] = [await aStore({ hold: HOLD, next: NEXT }), createMemoryExecutions()];
    const resumed = await resumeTargets({ targets, executions }, [EU], 'prod');
    expect((await targets.target(EU)).hold).toBeNull();
    expect(executions.started).toEqual([startOfWaiting(EU, NEXT)]);
    expect(resumed).toEqual([{ key: EU, lifted: HOLD, next: { tag: '1.2.0', digest: aDigest(), status: 'started' } }]);
    expect(resumed.map(resumedLine)).toEqual([`inference-service/prod/eu  lifted the hold of ${AT}: database migration; 1.2.0, which waited, is being deployed`]);
  });

  it('starts nothing where nothing waited', async () => {
    const executions = createMemoryExecutions();
    const [resumed] = await resumeTargets({ targets: await aStore({ hold: HOLD }), executions }, [EU], 'prod');
    expect(executions.started).toEqual([]);
    expect(resumed && resumedLine(resumed)).toMatch(/; nothing waited$/);
  });

  it('leaves what waits to a deployment that runs: its conclusion starts it', async () => {
    const executions = createMemoryExecutions({ [ARN]: 'RUNNING' });
    const [resumed] = await resumeTargets({ targets: await aStore({ hold: HOLD, next: NEXT, claim: aClaim({ execution: ARN }) }), executions }, [EU], 'prod');
    expect(executions.started).toEqual([]);
    expect(resumed && resumedLine(resumed)).toMatch(new RegExp(`; 1\\.2\\.0 follows ${ARN}, which runs$`));
  });

  it.each(['ABORTED', 'FAILED'] as const)('starts what waits behind a deployment that %s without giving its claim back', async (status) => {
    const executions = createMemoryExecutions({ [ARN]: status });
    await resumeTargets({ targets: await aStore({ hold: HOLD, next: NEXT, claim: aClaim({ execution: ARN }) }), executions }, [EU], 'prod');
    expect(executions.started).toHaveLength(1);
  });

  it('lifts what is held among several targets, and says of the others that they were not', async () => {
    const resumed = await resumeTargets({ targets: await aStore({ hold: HOLD }), executions: createMemoryExecutions() }, [EU, US], 'prod');
    expect(resumed.map(resumedLine)[1]).toBe('inference-service/prod/us  was not held');
  });

  it('refuses to lift a hold that is not there, and changes nothing', async () => {
    const [targets, executions] = [await aStore({ next: NEXT }), createMemoryExecutions()];
    const before = await targets.target(EU);
    await expect(resumeTargets({ targets, executions }, [EU, US], 'prod')).rejects.toMatchObject({
      name: 'NotFoundError',
      message: 'No hold is there to lift on inference-service/prod/eu, inference-service/prod/us; `slipway status inference-service --stage prod` shows what is held.',
    });
    expect(await targets.target(EU)).toEqual(before);
    expect(executions.started).toEqual([]);
  });
});
