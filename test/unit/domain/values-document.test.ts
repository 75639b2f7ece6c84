import { describe, expect, it } from 'vitest';
import { differsOnlyIn, locateScalar, parseValues } from '../../../src/domain/values-document.ts';

const TEXT = 'a: &x v1 # c\nb: *x\nc: [1, 2]\nd: {e: f}\n';

function differs(edited: string): boolean {
  const document = parseValues(TEXT);
  if ('refused' in document) throw new Error(document.refused);
  const scalar = locateScalar(document, TEXT, ['a']);
  if ('refused' in scalar) throw new Error(scalar.refused);
  return differsOnlyIn(document, scalar, 'v2', edited);
}

describe('differsOnlyIn', () => {
  it('accepts the edit that was wanted', () => {
    expect(differs(TEXT.replace('v1', 'v2'))).toBe(true);
  });

  it.each([
    ['another value', TEXT.replace('v1', 'v3')],
    ['no edit', TEXT],
    ['a value of another type', TEXT.replace('v1', '2')],
    ['a lost anchor', TEXT.replace('&x v1', 'v2').replace('*x', 'y')],
    ['another alias', TEXT.replace('v1', 'v2').replace('b: *x', 'b: v2')],
    ['another list', TEXT.replace('v1', 'v2').replace('[1, 2]', '[1]')],
    ['a list in place of a map', TEXT.replace('v1', 'v2').replace('{e: f}', '[e, f]')],
    ['another neighbour', TEXT.replace('v1', 'v2').replace('f}', 'g}')],
    ['one more key', `${TEXT.replace('v1', 'v2')}z: 1\n`],
    ['broken YAML', TEXT.replace('v1', '"v2')],
  ])('refuses %s', (_what, edited) => {
    expect(differs(edited)).toBe(false);
  });
});
