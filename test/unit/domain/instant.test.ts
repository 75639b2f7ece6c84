import { describe, expect, it } from 'vitest';
import { knownToTheSecond } from '../../../src/domain/instant.ts';

describe('knownToTheSecond', () => {
  it('is the end of the second, the latest that it can have been', () => {
    expect(knownToTheSecond('2026-01-02T03:04:05Z', '2026-01-02T03:04:09.250Z')).toBe('2026-01-02T03:04:05.999Z');
  });

  it('is never after what it caused', () => {
    expect(knownToTheSecond('2026-01-02T03:04:05Z', '2026-01-02T03:04:05.250Z')).toBe('2026-01-02T03:04:05.250Z');
  });
});
