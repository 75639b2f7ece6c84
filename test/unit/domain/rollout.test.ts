import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/domain/errors.ts';
import { rolloutStatus } from '../../../src/domain/rollout.ts';
import { rolloutCases } from '../../support/rollout-case.ts';

const cases = rolloutCases();

describe('rolloutStatus', () => {
  it.each(cases.filter(({ expected }) => !('error' in expected)).map((one) => [one.name, one] as const))('%s', (_name, { snapshot, want, now, expected }) => {
    const verdict = rolloutStatus(snapshot, want, now);
    // What the pods are is said where the case says it.
    const { pods: _pods, ...rest } = verdict;
    expect('pods' in expected ? verdict : rest).toEqual(expected);
  });

  it.each(cases.filter(({ expected }) => 'error' in expected).map((one) => [one.name, one] as const))('%s', (_name, { snapshot, want, now, expected }) => {
    expect(() => rolloutStatus(snapshot, want, now)).toThrow(new ConfigurationError(String(expected['error'])));
  });

  it.each(cases.filter(({ expected }) => expected['status'] === 'failed').map((one) => [one.name, one] as const))('%s: has a cause of one line', (_name, { snapshot, want, now }) => {
    const verdict = rolloutStatus(snapshot, want, now);
    expect(verdict).toHaveProperty('cause', expect.stringMatching(/^\S[^\n]*$/));
  });
});
