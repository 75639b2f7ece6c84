import { describe, expect, it } from 'vitest';
import type { Conclusion } from '../../../src/domain/conclusion.ts';
import { targetName, type TargetKey } from '../../../src/domain/deployment.ts';
import { STAGES } from '../../../src/domain/timings.ts';
import { concludeRelease } from '../../../src/steps/conclude-release.ts';
import { RESULT_LIMIT_BYTES } from '../../../src/steps/step.ts';

describe('concludeRelease', () => {
  const targets = ['eu', 'us'].map((target) => ({ service: 'web', environment: 'dev', target }));
  const ended = (target: string, outcome: Conclusion['outcome'], redrives = 0): Conclusion => ({ target: `web/dev/${target}`, outcome, cause: outcome === 'succeeded' ? null : 'why', timings: null, redrives });
  const conclude = (latest: Conclusion[], facts: { redrives?: number; conclusions?: Conclusion[] } = {}) =>
    concludeRelease.run({}, { execution: 'me', targets, conclusions: [], latest: latest, redrives: 0, ...(facts as object) });

  it('succeeds when every target has the release, or a newer one', async () => {
    expect(await conclude([ended('eu', 'succeeded'), ended('us', 'superseded')])).toMatchObject({ status: 'succeeded', pending: [] });
  });

  it('succeeds when a person said no, which a redrive would only ask again', async () => {
    expect(await conclude([ended('eu', 'succeeded'), ended('us', 'rejected')])).toMatchObject({ status: 'succeeded', conclusions: [{ outcome: 'succeeded' }, { outcome: 'rejected' }] });
  });

  it.each(['failed', 'errored', 'rolled-back'] as const)('throws for a target that ended %s', async (outcome) => {
    await expect(conclude([ended('eu', 'succeeded'), ended('us', outcome)])).rejects.toThrow(`web/dev/us ${outcome}: why`);
  });

  it('throws DeploymentFailed naming the target that did not get it', async () => {
    await expect(conclude([ended('eu', 'succeeded'), ended('us', 'failed')])).rejects.toMatchObject({ name: 'DeploymentFailed', message: '1 of 2 targets did not get the release. web/dev/us failed: why' });
  });

  it('answers a redrive with another pass over the unfinished targets, and keeps what the others came to', async () => {
    expect(await conclude([ended('eu', 'succeeded'), ended('us', 'errored')], { redrives: 1 })).toEqual({ status: 'again', pending: [targets[1]], conclusions: [ended('eu', 'succeeded')] });
  });

  it('asks in another pass for approval where the first did', async () => {
    const prod = { service: 'web', environment: 'prod', target: 'eu', approval: { timeoutSeconds: 3600 } };
    const input = { execution: 'me', targets: [prod], conclusions: [], latest: [], redrives: 1 };
    expect((await concludeRelease.run({}, concludeRelease.input.parse(input))).pending).toEqual([prod]);
  });

  it('throws again when the pass after a redrive failed too', async () => {
    await expect(conclude([ended('us', 'failed', 1)], { redrives: 1, conclusions: [ended('eu', 'succeeded')] })).rejects.toMatchObject({ name: 'DeploymentFailed' });
  });

  it('throws where a stopped execution was redriven and one target was rolled back only then: nobody has spoken for it since', async () => {
    await expect(conclude([ended('eu', 'failed'), ended('us', 'rolled-back', 1)], { redrives: 1 })).rejects.toMatchObject({ name: 'DeploymentFailed' });
    expect(await conclude([ended('eu', 'failed'), ended('us', 'rolled-back', 1)], { redrives: 2 })).toMatchObject({ status: 'again', pending: targets });
  });
});

describe('the result of concludeRelease for as many targets as a release may have', () => {
  const LONGEST_NAME = 'n'.repeat(63);
  const targets = Array.from({ length: 100 }, (_, index) => ({ service: LONGEST_NAME, environment: LONGEST_NAME, target: `${LONGEST_NAME.slice(3)}${100 + index}`, approval: { timeoutSeconds: 1_209_600 } }));
  const timings = { ...Object.fromEntries(STAGES.map((stage) => [stage, 1_209_600_000])), total: 1_209_600_000, overhead: 1_209_600_000 };
  const ended = (outcome: Conclusion['outcome'], redrives = 0) => (key: TargetKey): Conclusion => ({ target: targetName(key), outcome, cause: 'é'.repeat(1_000), timings, redrives });
  const conclude = (latest: Conclusion[], redrives: number) => concludeRelease.run({}, { execution: 'me', targets, conclusions: [], latest, redrives });
  const bytesOf = (result: object) => Buffer.byteLength(JSON.stringify(result));

  it('is small enough to be handed on, with every target, its outcome and how long it took', async () => {
    const result = await conclude(targets.map(ended('superseded')), 0);
    expect(bytesOf(result)).toBeLessThanOrEqual(RESULT_LIMIT_BYTES);
    expect(result.conclusions).toMatchObject(targets.map((key) => ({ target: targetName(key), outcome: 'superseded', cause: expect.stringMatching(/…$/) as string, timings: { total: timings.total, overhead: timings.overhead } })));
  });

  it.each([1, 50, 99])('is so for another pass over %i of them', async (count) => {
    const result = await conclude([...targets.slice(0, count).map(ended('errored')), ...targets.slice(count).map(ended('rejected'))], 1);
    expect(result).toMatchObject({ status: 'again', pending: targets.slice(0, count) });
    expect(result.conclusions).toHaveLength(100 - count);
    expect(bytesOf(result)).toBeLessThanOrEqual(RESULT_LIMIT_BYTES);
  });

  it('leaves out nothing of what fits', async () => {
    const latest = targets.map((key): Conclusion => ({ ...ended('superseded')(key), cause: 'x'.repeat(1_000) })).slice(0, 20);
    const result = await concludeRelease.run({}, { execution: 'me', targets: targets.slice(0, 20), conclusions: [], latest, redrives: 0 });
    expect(result.conclusions).toEqual(latest);
  });
});
