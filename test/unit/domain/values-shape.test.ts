import { describe, expect, it } from 'vitest';
import { type ParsedDocument, parseValues } from '../../../src/domain/values-document.ts';
import { locateScalar } from '../../../src/domain/values-place.ts';
import { parseValuesPath } from '../../../src/domain/values-path.ts';
import { differsOnlyIn } from '../../../src/domain/values-shape.ts';

const TEXT = 'a: &x v1 # c\nb: *x\nc: [1, 2]\nd: {e: f}\ng:\n---\nh: 1\n';

function documentsOf(text: string): readonly ParsedDocument[] {
  const documents = parseValues(text);
  if ('refused' in documents) throw new Error(documents.refused);
  return documents;
}

function differs(edited: string, path = '[0].a', text = TEXT): boolean {
  const before = documentsOf(text);
  const place = locateScalar(before, text, parseValuesPath(path));
  if ('refused' in place) throw new Error(place.refused);
  return differsOnlyIn(before, { value: 'v2', place }, documentsOf(edited));
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
    ['another document', TEXT.replace('v1', 'v2').replace('h: 1', 'h: 2')],
    ['one more document', `${TEXT.replace('v1', 'v2')}---\nz: 1\n`],
    ['one document less', TEXT.replace('v1', 'v2').replace('---\nh: 1\n', '')],
  ])('refuses %s', (_what, edited) => {
    expect(differs(edited)).toBe(false);
  });

  it.each([
    ['a key of a map', '[0].d.z', TEXT.replace('e: f', 'e: f, z: v2'), TEXT.replace('e: f', 'z: v2')],
    ['keys below an empty value', '[0].g.y.z', TEXT.replace('g:', 'g: {y: {z: v2}}'), TEXT.replace('g:', 'g: {y: {z: v2}, x: 1}')],
    ['a key of the second document', '[1].z', `${TEXT}z: v2\n`, TEXT.replace('---', 'z: v2\n---')],
    ['a key beside an anchor', '[0].z', TEXT.replace('---', 'z: v2\n---'), TEXT.replace('g:', 'z: &y v2\ng:')],
  ])('accepts %s that was wanted, and refuses another', (_what, path, wanted, other) => {
    expect([differs(wanted, path), differs(other, path), differs(TEXT, path)]).toEqual([true, false, false]);
  });

  it('accepts the first key of a file, and no other', () => {
    expect([differs('a:\n  b: v2\n', 'a.b', '# c\n'), differs('a:\n  b: v2\nc: 1\n', 'a.b', '# c\n'), differs('', 'a.b', '# c\n')]).toEqual([true, false, false]);
  });
});
