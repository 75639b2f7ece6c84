import { describe, expect, it } from 'vitest';
import { oneLine } from '../../../src/domain/one-line.ts';

describe('oneLine', () => {
  it('joins lines and leaves out what steers a terminal', () => {
    expect(oneLine('\u001b[31mdenied\u001b[0m\r\n  by\tthe\u0007 hook\u202e ')).toBe('denied by the hook');
  });

  it('cuts what is longer than the limit', () => {
    expect(oneLine('abcdef', 5)).toBe('abcde…');
    expect(oneLine('abcde', 5)).toBe('abcde');
  });
});
