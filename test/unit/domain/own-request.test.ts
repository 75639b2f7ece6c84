import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startOfSwept, startOfWaiting } from '../../../src/domain/own-request.ts';
import { aRelease } from '../../support/release.ts';

const KEY = { service: 'inference-service', environment: 'prod', target: 'eu' };
const SINCE = '2026-01-02T03:04:05.000Z';

describe('the start of an execution of our own', () => {
  it('names trigger, target, digest and time, and asks for exactly that release in that target', () => {
    const { tag, digest, releasedAt } = aRelease();
    expect(startOfSwept(KEY, aRelease())).toEqual({
      name: expect.stringMatching(/^sweep_inference-service_prod_eu_[0-9a-f]{8}_aaaaaaaaaaaa_[0-9a-z]+$/) as string,
      request: { trigger: 'sweep', ...KEY, tag, digest, releasedAt },
    });
    expect(startOfWaiting(KEY, { release: aRelease(), since: SINCE }).request).toEqual({ trigger: 'next', ...KEY, tag, digest, releasedAt });
  });

  it('has another name each time that a release waits, and the same name each time that it is swept', () => {
    const names = [SINCE, '2026-01-02T03:04:05.001Z'].map((since) => startOfWaiting(KEY, { release: aRelease(), since }).name);
    expect(new Set(names).size).toBe(2);
    expect(startOfSwept(KEY, aRelease())).toEqual(startOfSwept(KEY, aRelease()));
  });

  it('has a name that Step Functions takes, and another for another target, however long their names are', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);
    fc.assert(
      fc.property(name, name, name, name, (service, environment, target, other) => {
        fc.pre(target !== other);
        const started = startOfSwept({ service, environment, target }, aRelease()).name;
        expect(started).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
        expect(startOfSwept({ service, environment, target: other }, aRelease()).name).not.toBe(started);
      }),
    );
  });
});
