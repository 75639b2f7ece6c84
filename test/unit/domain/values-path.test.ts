import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatValuesPath, mayMeet, parseValuesPath } from '../../../src/domain/values-path.ts';

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
    ['images[name=web].newTag', ['images', [{ key: ['name'], is: 'web' }], 'newTag']],
    ['images[name=r.example:5000/team/web].newTag', ['images', [{ key: ['name'], is: 'r.example:5000/team/web' }], 'newTag']],
    ['a[b=c=d]', ['a', [{ key: ['b'], is: 'c=d' }]]],
    ['a[b="x, ]\\"y"]', ['a', [{ key: ['b'], is: 'x, ]"y' }]]],
    ['a[b=""]', ['a', [{ key: ['b'], is: '' }]]],
    ['[metadata.name=web,kind=Deployment].spec', [[{ key: ['kind'], is: 'Deployment' }, { key: ['metadata', 'name'], is: 'web' }], 'spec']],
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
    ['a[x]', 'position 2: expected an index as [0], an item as [name=web] or a key as ["a.b"]'],
    ['a[-1]', 'position 2: expected an index as [0], an item as [name=web] or a key as ["a.b"]'],
    ['a["b', 'position 2: expected an index as [0], an item as [name=web] or a key as ["a.b"]'],
    ['a["\\x"]', 'position 2: expected a JSON string between the brackets'],
    ['a["b"]c', 'position 7: expected "." or "["'],
    ['a[b=]', 'position 2: expected an index as [0], an item as [name=web]'],
    ['a[=b]', 'position 2: expected an index as [0], an item as [name=web]'],
    ['a[b=c', 'position 2: expected an index as [0], an item as [name=web]'],
    ['a[b=c d]', 'position 2: expected an index as [0], an item as [name=web]'],
    ['a[b=c,]', 'position 7: expected an index as [0], an item as [name=web]'],
    ['a[b=c,d]', 'position 7: expected an index as [0], an item as [name=web]'],
    ['a[b="\\x"]', 'position 2: expected a JSON string between the brackets'],
  ])('says where %j stops making sense', (text, reason) => {
    expect(() => parseValuesPath(text)).toThrow(reason);
  });

  it('reads back every path that it writes', () => {
    const condition = fc.record({ key: fc.array(fc.stringMatching(/^[a-z/_-]{1,5}$/), { minLength: 1, maxLength: 2 }), is: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('web', 'a]', 'a,b=c', '"')) });
    const step = fc.oneof(fc.string({ minLength: 1, unit: 'grapheme' }), fc.nat(99), fc.constantFrom('a.b', '[0]', '"', '\\', 'ß'), fc.tuple(condition));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
        expect(parseValuesPath(formatValuesPath(steps))).toEqual(steps);
      }),
    );
  });
});

describe('mayMeet', () => {
  it.each([
    ['image.tag', '["image"].tag'],
    ['images[0].newTag', 'images[name=web].newTag'],
    ['images[name=web].newTag', 'images[name="web"].newTag'],
    ['images[name=web].newTag', 'images[newName=r/web].newTag'],
    ['[kind=Deployment,metadata.name=web].spec', '[metadata.name=web,kind=Deployment].spec'],
    ['[kind=Deployment].spec', 'spec'],
    ['spec', '[0].spec'],
    ['[kind=Deployment].spec', '[1].spec'],
  ])('is true of %s and %s', (a, b) => {
    expect([mayMeet(parseValuesPath(a), parseValuesPath(b)), mayMeet(parseValuesPath(b), parseValuesPath(a))]).toEqual([true, true]);
  });

  it.each([
    ['image.tag', 'image.digest'],
    ['image', 'image.tag'],
    ['images[0].newTag', 'images[1].newTag'],
    ['images[0]', 'images.x'],
    ['images[name=web].newTag', 'images[name=api].newTag'],
    ['[kind=Deployment].spec', '[kind=Service].spec'],
    ['[kind=Deployment,metadata.name=web].spec', '[kind=Deployment,metadata.name=api].spec'],
    ['[kind=Deployment].spec', 'status'],
    ['[0]', 'spec'],
  ])('is false of %s and %s', (a, b) => {
    expect([mayMeet(parseValuesPath(a), parseValuesPath(b)), mayMeet(parseValuesPath(b), parseValuesPath(a))]).toEqual([false, false]);
  });
});
