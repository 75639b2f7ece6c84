import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ConfigurationError } from '../../../src/domain/errors.ts';
import { readScalar, setScalar } from '../../../src/domain/values-file.ts';
import { isPlainString } from '../../../src/domain/yaml-scalar.ts';

const VALUES = ['# defaults', 'replicaCount: 2', '', 'image:', '  repository: team/web   # ours', "  tag: 'v1' # managed", '  digest: ""', 'env: [a,  b]', ''].join('\n');

function edited(text: string, value: string, path = 'image.tag'): string {
  return setScalar(text, path, value).text;
}

describe('setScalar', () => {
  it('changes the bytes of the scalar alone and shows its line', () => {
    const { text, change } = setScalar(VALUES, 'image.tag', 'v2');
    expect(text).toBe(VALUES.replace("'v1'", "'v2'"));
    expect(change).toEqual({ line: 6, before: "  tag: 'v1' # managed", after: "  tag: 'v2' # managed" });
  });

  it.each([
    ['plain', 'tag: v1\n', 'tag: v2\n'],
    ['plain before a comment', 'tag: v1   # x\n', 'tag: v2   # x\n'],
    ['single quotes', "tag: 'v1'\n", "tag: 'v2'\n"],
    ['double quotes', 'tag: "v1"\n', 'tag: "v2"\n'],
    ['CRLF', '# c\r\ntag: v1\r\nx: 1\r\n', '# c\r\ntag: v2\r\nx: 1\r\n'],
    ['a byte order mark', '\ufefftag: v1\n', '\ufefftag: v2\n'],
    ['no newline at the end', 'tag: v1', 'tag: v2'],
    ['an anchor', 'tag: &t v1\nother: *t\n', 'tag: &t v2\nother: *t\n'],
    ['an explicit string tag', 'tag: !!str v1\n', 'tag: !!str v2\n'],
    ['null', 'tag: ~\n', 'tag: v2\n'],
    ['a number', 'tag: 1.2 # x\n', 'tag: v2 # x\n'],
    ['empty quotes', 'tag: ""\n', 'tag: "v2"\n'],
    ['an empty value', 'tag:\nx: 1\n', 'tag: v2\nx: 1\n'],
    ['an empty value with CRLF', 'tag:\r\nx: 1\r\n', 'tag: v2\r\nx: 1\r\n'],
    ['an empty value with blanks after it', 'tag:  \nx: 1\n', 'tag: v2  \nx: 1\n'],
    ['an empty value at the end', 'tag:', 'tag: v2'],
    ['an empty value before a comment', 'tag: # managed\nx: 1\n', 'tag: v2 # managed\nx: 1\n'],
    ['an empty value before a comment of its own line', 'tag:\n  # managed\nx: 1\n', 'tag: v2\n  # managed\nx: 1\n'],
    ['a leading document mark', '---\ntag: v1\n', '---\ntag: v2\n'],
    ['a quoted key', '"tag": v1\n', '"tag": v2\n'],
    ['JSON', '{"tag":"v1","x":1}', '{"tag":"v2","x":1}'],
    ['a tab before the value', 'tag:\tv1\n', 'tag:\tv2\n'],
    ['an empty value before a tab and a comment', 'tag:\t# managed\n', 'tag: v2\t# managed\n'],
    ['a directive', '%YAML 1.2\n---\ntag: v1\n', '%YAML 1.2\n---\ntag: v2\n'],
    ['the end of a document', 'tag: v1\n...\n', 'tag: v2\n...\n'],
    ['a last document mark with nothing behind it', 'tag: v1\n---\n', 'tag: v2\n---\n'],
  ])('keeps everything around it: %s', (_what, before, after) => {
    expect(edited(before, 'v2', 'tag')).toBe(after);
  });

  it.each([
    ['a flow map', 'image: {repository: a, tag: v1} # x\n', 'image.tag', 'image: {repository: a, tag: v2} # x\n'],
    ['an empty value of a flow map', 'image: {tag: , a: b}\n', 'image.tag', 'image: {tag: v2 , a: b}\n'],
    ['an empty value of JSON', 'image: {"tag":}\n', 'image.tag', 'image: {"tag": v2}\n'],
    ['an item of a list', 'images:\n- name: a\n  newTag: v1\n- name: b\n', 'images[0].newTag', 'images:\n- name: a\n  newTag: v2\n- name: b\n'],
    ['an item by its name', 'images:\n- newTag: v0\n- newTag: v1\n  name: web\n', 'images[name=web].newTag', 'images:\n- newTag: v0\n- newTag: v2\n  name: web\n'],
    ['an item by a name that looks like a number', 'images:\n- {name: 1.10, newTag: v1}\n', 'images[name=1.10].newTag', 'images:\n- {name: 1.10, newTag: v2}\n'],
    ['an item of a list at the root', '- name: web\n  tag: v1\n', '[name=web].tag', '- name: web\n  tag: v2\n'],
    ['an empty item', '- # c\n- b\n', '[0]', '- v2 # c\n- b\n'],
    ['a scalar item', 'tags: [v1, v3]\n', 'tags[0]', 'tags: [v2, v3]\n'],
    ['a key with dots', 'a.b:\n  x: v1\n', '["a.b"].x', 'a.b:\n  x: v2\n'],
    ['a key that is a number', 'ports:\n  8080: v1\n', 'ports.8080', 'ports:\n  8080: v2\n'],
    ['a key beside other kinds of key', '? [a]\n: 1\ntag: v1\n', 'tag', '? [a]\n: 1\ntag: v2\n'],
    ['a key beside a merge', 'b: &b {tag: v0}\nc:\n  <<: *b\n  tag: v1\n', 'c.tag', 'b: &b {tag: v0}\nc:\n  <<: *b\n  tag: v2\n'],
  ])('finds %s', (_what, before, path, after) => {
    expect(edited(before, 'v2', path)).toBe(after);
  });

  it.each(['1.2', '1.10', '1e3', '12e45678', '0x10', '0XFF', '0o17', '0777', '0b1', '1_000', '123456789012', '1:20', '.5', '.', 'e5', '-1', '+1', '.inf', 'yes', 'No', 'y', 'on', 'null', 'True', '~', '', ' v2', 'v2 ', 'a: b', 'a #b', 'a:', '2026-01-01', '2026-01-01T00:00:00Z', '@a', '*a', '&a', '!a', '- a', '{a', '[a', '%a', '|', '>', '`a', '"', "'"])(
    'quotes %j, which some reader takes for something else',
    (value) => {
      expect(edited('tag: v1\n', value, 'tag')).toBe(`tag: ${JSON.stringify(value)}\n`);
    },
  );

  it.each(['v1.2.3', '7f3c9a1', 'main', `sha256:${'0a'.repeat(32)}`, `r.example:5000/team/web:v1@sha256:${'0a'.repeat(32)}`, '1.2.3', 'yes-1', '1.2.3-rc.1+7'])('leaves %s without quotes', (value) => {
    expect(edited('tag: v1\n', value, 'tag')).toBe(`tag: ${value}\n`);
  });

  it('quotes a colon between braces, where old readers refuse it', () => {
    expect(edited('{tag: v1}', 'a:b', 'tag')).toBe('{tag: "a:b"}');
  });

  it('escapes what single quotes cannot hold', () => {
    expect(edited("tag: 'v1'\n", "it's", 'tag')).toBe("tag: 'it''s'\n");
    expect(edited("tag: 'v1'\n", 'a\nb\u2028\ufeff', 'tag')).toBe('tag: "a\\nb\\u2028\\ufeff"\n');
  });

  it('changes nothing where the value is there already', () => {
    expect(setScalar(VALUES, 'image.tag', 'v1')).toEqual({ text: VALUES, change: null });
  });

  it('quotes a number that looks like the value, since Helm reads 1.10 as 1.1', () => {
    expect(edited('tag: 1.10\n', '1.10', 'tag')).toBe('tag: "1.10"\n');
  });
});

describe('readScalar', () => {
  it.each([
    ['tag: v1\n', 'v1'],
    ['tag: "1.10"\n', '1.10'],
    ["tag: 'it''s'\n", "it's"],
    ['tag: !!str 1.10\n', '1.10'],
    ['tag: 1.10\n', null],
    ['tag: 1_000\n', null],
    ['tag:\n', null],
    ['other: v1\n', null],
    ['tag: [v1\n', null],
  ])('reads %j as %j', (text, value) => {
    expect(readScalar(text, 'tag')).toBe(value);
  });

  it('refuses a path that means nothing', () => {
    expect(() => readScalar(VALUES, 'image..tag')).toThrow(ConfigurationError);
  });
});

describe('any value in any place', () => {
  const values = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[0-9a-fxob_.:eE+-]{0,12}$/));
  const places = fc.constantFrom("'v1'", '"v1"', 'v1', '', '1.2', '&a v1', 'null # c', '# c');
  const endings = fc.constantFrom('\n', '\r\n');

  function fileWith(place: string, ending: string): { before: string; after: string } {
    return { before: ['\ufeff# first', 'x: {a: 1,  b: 2}', `tag: ${place}`].join(ending), after: ['', 'list:', '  - 1   # one', ''].join(ending) };
  }

  it('survives, and leaves the bytes around it alone', () => {
    fc.assert(
      fc.property(values, places, endings, (value, place, ending) => {
        const { before, after } = fileWith(place, ending);
        const text = edited(before + after, value, 'tag');
        expect(readScalar(text, 'tag')).toBe(value);
        expect(text.startsWith(before.slice(0, before.indexOf('tag:') + 4))).toBe(true);
        expect(text.endsWith(after)).toBe(true);
      }),
    );
  });

  it('set twice is set once', () => {
    fc.assert(
      fc.property(values, places, endings, (value, place, ending) => {
        const { before, after } = fileWith(place, ending);
        const once = edited(before + after, value, 'tag');
        expect(setScalar(once, 'tag', value)).toEqual({ text: once, change: null });
      }),
    );
  });

  it('is the same string to YAML 1.1 and YAML 1.2', () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = edited('tag: v1\n', value, 'tag');
        for (const version of ['1.1', '1.2'] as const) expect(parse(text, { version })).toEqual({ tag: value });
      }),
    );
  });

  it('goes without quotes only where both readers agree', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-fxob_.:eE+-]{1,8}$/).filter(isPlainString), (value) => {
        for (const version of ['1.1', '1.2'] as const) expect(parse(`tag: ${value}`, { version })).toEqual({ tag: value });
      }),
      { numRuns: 1000 },
    );
  });
});
