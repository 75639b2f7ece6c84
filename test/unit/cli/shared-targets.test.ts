import { describe, expect, it } from 'vitest';
import type { PlannedRollback } from '../../../cli/targets/plan-rollback.ts';
import { selectFor } from '../../../cli/targets/select-targets.ts';
import { refuseDividedRollback, type TargetCommand } from '../../../cli/targets/shared-targets.ts';
import { createMemoryServiceStore } from '../../../src/adapters/memory/service-store.ts';
import type { Service } from '../../../src/domain/service.ts';
import { aDigest } from '../../support/release.ts';
import { anEdit, anEnvironment, aService, aTarget } from '../../support/service.ts';

/** Two targets with one values file, and one with its own. */
const SHARED = aService({
  environments: {
    prod: anEnvironment({ targets: { eu: aTarget(), us: aTarget(), asia: aTarget({ edits: [anEdit({ file: 'envs/prod/asia.yaml' })] }) } }),
    dev: anEnvironment({ targets: { eu: aTarget() } }),
  },
});

const keysFor = async (command: TargetCommand, environment?: string, target?: string) => {
  const { keys } = await selectFor(command, createMemoryServiceStore([SHARED]), { service: SHARED.name, environment, target }, 'test');
  return keys.map((key) => `${key.environment}/${key.target}`);
};

describe('selectFor', () => {
  it.each([
    ['hold', 'hold the environment: `slipway hold inference-service prod --reason REASON --stage test`.'],
    ['resume', 'resume the environment: `slipway resume inference-service prod --stage test`.'],
    ['rollback', 'roll back the environment: `slipway rollback inference-service prod --reason REASON --stage test`.'],
  ] as const)('refuses to %s one of two targets that share a scalar, and says what to type', async (command, fix) => {
    const error = { name: 'ConfigurationError', message: `prod/us and prod/eu share image.tag of envs/dev/values.yaml; ${fix}` };
    await expect(keysFor(command, 'prod', 'us')).rejects.toMatchObject(error);
  });

  it('takes one target that has its scalars for itself', async () => {
    expect([await keysFor('hold', 'prod', 'asia'), await keysFor('hold', 'dev', 'eu')]).toEqual([['prod/asia'], ['dev/eu']]);
  });

  it('takes all targets of the environment, or of the service', async () => {
    expect(await keysFor('rollback', 'prod')).toEqual(['prod/eu', 'prod/us', 'prod/asia']);
    expect(await keysFor('hold')).toEqual(['prod/eu', 'prod/us', 'prod/asia', 'dev/eu']);
  });

  it('refuses a target that there is not', async () => {
    await expect(keysFor('hold', 'prod', 'sa')).rejects.toThrow('No target of inference-service/prod is named sa');
  });
});

describe('refuseDividedRollback', () => {
  const plan = (target: string, tag: string, digest: string): PlannedRollback => ({
    key: { service: SHARED.name, environment: 'prod', target },
    from: { tag: '2.0.0', digest: aDigest('f') },
    to: { tag, digest },
  });
  const refuse = (service: Service, ...plans: readonly PlannedRollback[]) => () => refuseDividedRollback(service, plans);

  it('refuses to take targets that share a scalar to different releases', () => {
    expect(refuse(SHARED, plan('eu', '1.1.0', aDigest('a')), plan('us', '1.0.0', aDigest('b')))).toThrow(
      'prod/eu would go back to 1.1.0 and prod/us to 1.0.0, but they share image.tag of envs/dev/values.yaml; name one release for both with --to.',
    );
  });

  it('lets them go back to one release, and others to their own', () => {
    expect(refuse(SHARED, plan('eu', '1.0.0', aDigest('b')), plan('us', '1.0.0', aDigest('b')), plan('asia', '1.1.0', aDigest('a')))).not.toThrow();
  });
});
