import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatValuesPath, parseValuesPath } from '../../../src/domain/values-path.ts';

describe('parseValuesPath', () => {
  it.each([
    ['tag', ['tag']],
    ['image.tag', ['image', 'tag']],
    ['images[0].newTag', ['images', 0, 'newTag']],
    ['[2]', [2]],
    ['a[0][1]', ['a', 0, 1]],
    ['["key.with.dots"].x', ['key.with.dots', 'x']],
    ['a["b c"]', ['a', 'b c']],
    ['a["say \\"hi\\""]', ['a', 'say "hi"']],
    ['ports.8080', ['ports', '8080']],
    ['key-with_all/kinds:of', ['key-with_all/kinds:of']],
  ])('reads %s', (text, steps) => {
    expect(parseValuesPath(text)).toEqual(steps);
  });

  it.each([
    ['', 'position 1: expected a key'],
    ['.tag', 'position 1: expected a key'],
    ['image.', 'position 7: expected a key'],
    ['image..tag', 'position 7: expected a key'],
    ['image tag', 'position 6: expected "." or "["'],
    ['image]', 'position 6: expected "." or "["'],
    ['a[x]', 'position 2: expected an index as [0] or a key as ["a.b"]'],
    ['a[-1]', 'position 2: expected an index as [0] or a key as ["a.b"]'],
    ['a["b', 'position 2: expected an index as [0] or a key as ["a.b"]'],
    ['a["\\x"]', 'position 2: expected a JSON string between the brackets'],
    ['a["b"]c', 'position 7: expected "." or "["'],
  ])('says where %j stops making sense', (text, reason) => {
    expect(() => parseValuesPath(text)).toThrow(reason);
  });

  it('reads back every path that it writes', () => {
    const step = fc.oneof(fc.string({ minLength: 1, unit: 'grapheme' }), fc.nat(99), fc.constantFrom('a.b', '[0]', '"', '\\', 'ß'));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
        expect(parseValuesPath(formatValuesPath(steps))).toEqual(steps);
      }),
    );
  });
});
