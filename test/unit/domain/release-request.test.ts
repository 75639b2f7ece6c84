import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environmentsAfter, firstTargetsOf, servicesForTag, targetsOf, withApproval } from '../../../src/domain/release-request.ts';
import { aService, anEnvironment, aTarget } from '../../support/service.ts';

const chain = aService({ environments: { dev: anEnvironment(), staging: anEnvironment({ after: 'dev' }), prod: anEnvironment({ after: 'staging' }) } });

/** Services of which each environment comes after one that is written before it, or after none. */
const someService = fc.array(fc.record({ after: fc.option(fc.nat(), { nil: undefined }), targets: fc.uniqueArray(fc.constantFrom('eu', 'us', 'ap'), { minLength: 1 }) }), { minLength: 1, maxLength: 6 }).map((environments) =>
  aService({
    environments: Object.fromEntries(
      environments.map(({ after, targets }, index) => {
        const before = after === undefined || index === 0 ? {} : { after: `environment-${after % index}` };
        return [`environment-${index}`, anEnvironment({ ...before, targets: Object.fromEntries(targets.map((target) => [target, aTarget()])) })];
      }),
    ),
  }),
);

describe('where a release goes', () => {
  it('is never an environment with `after`, unless somebody names it', () => {
    fc.assert(
      fc.property(someService, (service) => {
        for (const { environment } of firstTargetsOf({ services: [service] })) expect(service.environments[environment]?.after).toBeUndefined();
      }),
    );
  });

  it('is in the end every target, by a push or by promotion, and each by one of them only', () => {
    fc.assert(
      fc.property(someService, (service) => {
        const names = Object.keys(service.environments);
        const promoted = names.flatMap((name) => environmentsAfter(service, name).map(([next]) => next));
        const pushed = new Set(firstTargetsOf({ services: [service] }).map(({ environment }) => environment));
        expect([...pushed, ...promoted].toSorted()).toEqual(names.toSorted());
      }),
    );
  });

  it('is the environment that is named, whatever comes before it', () => {
    expect(targetsOf({ services: [chain], environment: 'prod' })).toEqual([{ service: 'inference-service', environment: 'prod', target: 'eu' }]);
  });

  it('is one step further at each promotion', () => {
    expect(['dev', 'staging', 'prod'].map((name) => environmentsAfter(chain, name).map(([next]) => next))).toEqual([['staging'], ['prod'], []]);
  });

  it('is refused by the name of a target that none of the first environments has', () => {
    expect(() => firstTargetsOf({ services: [chain], target: 'mars' })).toThrow('No target of inference-service/dev is named mars; there is eu.');
  });
});

describe('an approval', () => {
  it('is of the environment, and absent where none is asked for', () => {
    const service = aService({ environments: { dev: anEnvironment(), prod: anEnvironment({ approval: { timeout: 1_500 } }) } });
    const [dev, prod] = targetsOf({ services: [service] }).map((key) => withApproval([service], key));
    expect(dev).not.toHaveProperty('approval');
    expect(prod?.approval).toEqual({ timeoutSeconds: 2 });
  });
});

it('a tag is ignored by each service for itself', () => {
  const [every, none] = [aService({ name: 'every', ignoredTags: [] }), aService({ name: 'none', ignoredTags: ['*'] })];
  expect(servicesForTag([every, none], '1.1.0')).toEqual({ deploying: [every], reason: 'tag 1.1.0 is ignored by none' });
});
