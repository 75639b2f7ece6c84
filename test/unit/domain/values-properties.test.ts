import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readScalar, setScalar } from '../../../src/domain/values-file.ts';
import { aYamlFile, type YamlFile } from '../../support/yaml-file.ts';

const values = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('1.2.0', '1.10', 'yes', 'sha256:ab', 'r.example:5000/web:v1@sha256:ab', 'a: b', ' # c'), fc.stringMatching(/^[a-z0-9.-]{1,12}$/));

type Step = string | number;

/** What the file holds, as a reader without knowledge of positions sees it: one value per document. */
function meaningOf(text: string): unknown[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as unknown;
  });
}

/** The same with another value in one place. */
function withValue(node: unknown, [step, ...rest]: readonly Step[], value: string): unknown {
  if (step === undefined) return value;
  if (Array.isArray(node)) return (node as unknown[]).with(Number(step), withValue((node as unknown[])[Number(step)], rest, value));
  const map = (node ?? {}) as Record<string, unknown>;
  return { ...map, [step]: withValue(map[step], rest, value) };
}

function expected({ text, steps }: YamlFile, value: string, more: readonly Step[] = []): unknown {
  const [document = 0, ...below] = steps;
  return meaningOf(text).with(Number(document), withValue(meaningOf(text)[Number(document)], [...below, ...more], value));
}

describe('in any file', () => {
  it('an edit changes the wanted value, and no other byte', () => {
    fc.assert(
      fc.property(aYamlFile('scalar'), values, (file, value) => {
        const { text } = setScalar(file.text, file.path, value);
        expect(meaningOf(text)).toEqual(expected(file, value));
        expect(text.startsWith(file.before)).toBe(true);
        expect(text.endsWith(file.after)).toBe(true);
        expect(text.length).toBeGreaterThanOrEqual(file.before.length + file.after.length);
      }),
    );
  });

  it('a new key changes what its map holds, and no byte that was there', () => {
    fc.assert(
      fc.property(aYamlFile('map'), values, fc.boolean(), (file, value, deep) => {
        const more = deep ? ['added', 'below'] : ['added'];
        const { text } = setScalar(file.text, keysBelow(file, more), value, { create: true });
        expect(meaningOf(text)).toEqual(expected(file, value, more));
        expect(isInsertionInto(file.text, text)).toBe(true);
      }),
    );
  });

  it('a second run finds nothing to do', () => {
    fc.assert(
      fc.property(aYamlFile('scalar'), values, (file, value) => {
        const { text } = setScalar(file.text, file.path, value);
        expect(readScalar(text, file.path)).toBe(value);
        expect(setScalar(text, file.path, value)).toEqual({ text, change: null });
      }),
    );
  });

  it('a second run finds the key that the first has added', () => {
    fc.assert(
      fc.property(aYamlFile('map'), values, (file, value) => {
        const path = keysBelow(file, ['added']);
        const { text } = setScalar(file.text, path, value, { create: true });
        expect(setScalar(text, path, value, { create: true })).toEqual({ text, change: null });
      }),
    );
  });

  it('the way back restores every byte of a value that was written by an edit', () => {
    fc.assert(
      fc.property(aYamlFile('scalar'), values, values, (file, first, second) => {
        const before = setScalar(file.text, file.path, first).text;
        const after = setScalar(setScalar(before, file.path, second).text, file.path, first).text;
        expect(meaningOf(after)).toEqual(meaningOf(before));
        expect(after.startsWith(file.before) && after.endsWith(file.after)).toBe(true);
      }),
    );
  });
});

function keysBelow({ path }: YamlFile, more: readonly string[]): string {
  return [...(path === '' ? [] : [path]), ...more].join('.');
}

/** Whether a text is another with something put in at one place. */
function isInsertionInto(before: string, after: string): boolean {
  let common = 0;
  while (common < before.length && before[common] === after[common]) common += 1;
  // What was put in may begin like what follows it.
  for (let end = common; end >= 0; end--) if (after.endsWith(before.slice(end))) return true;
  return false;
}
