import { describe, expect, it } from 'vitest';
import { plannedLine } from '../../../cli/output/rollback.ts';
import { planRollback } from '../../../cli/targets/plan-rollback.ts';
import { selectTargets } from '../../../cli/targets/select-targets.ts';
import { createMemoryRecordStore } from '../../../src/adapters/memory/record-store.ts';
import { createMemoryReleaseRegistry } from '../../../src/adapters/memory/release-registry.ts';
import { createMemoryTargetStore } from '../../../src/adapters/memory/target-store.ts';
import { anAttempt } from '../../support/attempt.ts';
import { aDigest, aRelease } from '../../support/release.ts';
import { anEnvironment, aService, aTarget } from '../../support/service.ts';

const EU = { service: 'inference-service', environment: 'prod', target: 'eu' };
const US = { ...EU, target: 'us' };
const OLD = aRelease({ tag: '1.0.0', digest: aDigest('b'), releasedAt: '2026-01-01T00:00:00.000Z' });
const NEW = aRelease();
const REPOSITORY = { registry: OLD.registry, name: OLD.repository };

/** Two targets in which 1.0.0 and then 1.1.0 succeeded, unless only one of them is named; both images are in ECR. */
async function aWorld({ deployedTo = [EU, US] } = {}) {
  const [targets, records, registry] = [createMemoryTargetStore(), createMemoryRecordStore(), createMemoryReleaseRegistry()];
  for (const key of deployedTo) {
    await records.record(key, OLD, anAttempt({ rollback: null, concludedAt: '2026-01-01T00:01:00.000Z' }));
    await records.record(key, NEW, anAttempt({ rollback: null, concludedAt: '2026-01-02T00:01:00.000Z' }));
  }
  for (const { digest, tag, imagePushedAt } of [OLD, NEW]) registry.push(REPOSITORY, { digest, imagePushedAt }, tag);
  return { targets, records, registry };
}

describe('planRollback', () => {
  it('says what will change in each target', async () => {
    const planned = await planRollback(await aWorld(), [EU, US], 'prod');
    expect(planned).toEqual([EU, US].map((key) => ({ key, from: { tag: '1.1.0', digest: aDigest() }, to: { tag: '1.0.0', digest: aDigest('b') } })));
    expect(planned.map((one) => plannedLine(one, {}, 'prod'))[0]).toBe('inference-service/prod/eu  1.1.0 → 1.0.0 (sha256:bbbbbbbbbbbb), then held until slipway resume inference-service prod --stage prod');
    expect(planned.map((one) => plannedLine(one, { target: 'eu' }, 'prod'))[0]).toMatch(/ slipway resume inference-service prod eu --stage prod$/);
  });

  it('names the release by the tag that it has now, where its own has moved on', async () => {
    const world = await aWorld();
    world.registry.push(REPOSITORY, { digest: OLD.digest, imagePushedAt: OLD.imagePushedAt }, '1.0.0-kept');
    world.registry.push(REPOSITORY, { digest: aDigest('f'), imagePushedAt: NEW.imagePushedAt }, '1.0.0');
    expect(await planRollback(world, [EU], 'prod')).toMatchObject([{ to: { tag: '1.0.0-kept', digest: OLD.digest } }]);
  });

  it('refuses a release that has no tag in ECR any more', async () => {
    const world = await aWorld();
    world.registry.push(REPOSITORY, { digest: aDigest('f'), imagePushedAt: NEW.imagePushedAt }, '1.0.0');
    await expect(planRollback(world, [EU], 'prod')).rejects.toThrow(`inference-service/prod/eu can't go back to 1.0.0: ${aDigest('b')} has no tag in ECR any more; tag it again, or name another release with --to.`);
  });

  it('refuses a release that is archived', async () => {
    const world = await aWorld();
    world.registry.archive(REPOSITORY, OLD.digest);
    await expect(planRollback(world, [EU], 'prod')).rejects.toThrow(`${aDigest('b')} is archived in ECR; restore it there`);
  });

  it('refuses a release that is no longer in ECR', async () => {
    const registry = createMemoryReleaseRegistry();
    registry.push(REPOSITORY, { digest: NEW.digest, imagePushedAt: NEW.imagePushedAt }, NEW.tag);
    await expect(planRollback({ ...(await aWorld()), registry }, [EU], 'prod')).rejects.toMatchObject({
      name: 'NotFoundError',
      message: `inference-service/prod/eu can't go back to 1.0.0: ${aDigest('b')} is no longer in ECR; push it again, or name another release with --to.`,
    });
  });

  it('refuses them all where one of several targets has nothing to go back to', async () => {
    await expect(planRollback(await aWorld({ deployedTo: [EU] }), [EU, US], 'prod')).rejects.toMatchObject({
      name: 'NotFoundError',
      message: 'inference-service/prod/us has nothing to roll back: no release was deployed there; `slipway status inference-service --stage prod` shows its deployments, and nothing was changed.',
    });
  });

  it('refuses a tag that never succeeded there', async () => {
    await expect(planRollback(await aWorld(), [EU], 'prod', '0.9.0')).rejects.toThrow("inference-service/prod/eu can't go back to 0.9.0: no release of that tag has succeeded there; `slipway status inference-service --stage prod`");
  });
});

describe('selectTargets', () => {
  const service = aService({ environments: { dev: anEnvironment(), prod: anEnvironment({ after: 'dev', targets: { eu: aTarget(), us: aTarget() } }) } });
  const services = { service: async (name: string) => (name === service.name ? service : null) };
  const selected = async (...[name, environment, target]: readonly string[]) =>
    (await selectTargets(services, { service: name ?? '', environment, target }, 'prod')).map((key) => `${key.environment}/${key.target}`);

  it('means all targets of a service, of an environment, or the one that is named, whatever comes after what', async () => {
    expect(await selected('inference-service')).toEqual(['dev/eu', 'prod/eu', 'prod/us']);
    expect(await selected('inference-service', 'prod')).toEqual(['prod/eu', 'prod/us']);
    expect(await selected('inference-service', 'prod', 'us')).toEqual(['prod/us']);
  });

  it('says what there is instead of a name that there is not', async () => {
    await expect(selected('web')).rejects.toThrow('There is no service web in stage prod; `slipway apply --stage prod` adds it.');
    await expect(selected('inference-service', 'staging')).rejects.toThrow('No environment of service inference-service is named staging; there is dev, prod.');
    await expect(selected('inference-service', 'prod', 'ap')).rejects.toThrow('there is eu, us.');
  });
});
