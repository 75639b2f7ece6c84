import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/domain/errors.ts';
import { setScalar } from '../../../src/domain/values-file.ts';

const FILE = 'envs/dev/values.yaml';

function setting(text: string, path: string, create = false): () => unknown {
  return () => setScalar(text, path, 'v9', { file: FILE, create });
}

type Case = readonly [what: string, text: string, path: string, place: string, reason: string];

const MISSING: readonly Case[] = [
  ['a missing key', 'image:\n  repository: a\n', 'image.tag', '1:1', 'image has no key tag; add it to the file, ask for it by create: true, or correct the path'],
  ['a missing parent', 'x: 1\n', 'image.tag', '1:1', 'the file has no key image; add it'],
  ['a missing key below an empty one', 'x: 1\nimage:\n', 'image.tag', '2:1', 'image is empty; add tag to the file'],
  ['a missing item', 'x: 1\nimages:\n- a\n', 'images[3]', '2:1', 'images has 1 items, none of them [3]; add it to the file, or correct the path'],
  ['a missing name', 'images:\n- name: a\n- b\n', 'images[name=web].newTag', '1:1', 'images has 2 items, none of them [name=web]'],
  ['an inherited key', 'b: &b {tag: v1}\nc:\n  <<: *b\n', 'c.tag', '2:1', 'c has no key tag of its own; edit what it inherits through << where that stands'],
  ['an empty file', '', 'tag', '1:1', 'the file is empty; write the key, or ask for it by create: true'],
  ['only comments', '# nothing\n', 'tag', '1:1', 'the file is empty'],
  ['a missing document', 'kind: A\n---\nkind: B\n', '[kind=C].x', '1:1', 'none of the 2 documents has [kind=C]; correct the path'],
  ['a document of another kind', 'kind: A\n', '[kind=C].x', '1:1', 'the document does not have [kind=C]'],
  ['a document after the last', 'kind: A\n---\nkind: B\n', '[2].x', '2:1', 'the file holds 2 documents, so none at [2]'],
];

const AMBIGUOUS: readonly Case[] = [
  ['several documents', 'tag: v1\n---\ntag: v2\n', 'tag', '2:1', 'the file holds 2 documents; begin the path with the one that is meant, as [kind=Deployment] or [0]'],
  ['a second document of an empty text', 'tag: v1\n--- ""\n', 'tag', '2:1', 'the file holds 2 documents'],
  ['a second document of an anchor alone', 'tag: v1\n--- &a\n', 'tag', '2:1', 'the file holds 2 documents'],
  ['several documents of one kind', 'kind: A\n---\nkind: A\n', '[kind=A].x', '2:1', 'several documents have [kind=A]; name what tells them apart, as [kind=Deployment,metadata.name=web]'],
  ['a name that stands there twice', 'images:\n- name: web\n- name: web\n', 'images[name=web].newTag', '3:3', 'images has several items [name=web]; name what tells them apart'],
  ['a key that stands there twice', 'tag: v1\nx: 1\ntag: v2\n', 'tag', '3:1', 'the key tag stands here a second time; keep one'],
  ['a key that stands there twice elsewhere', 'tag: v1\nx:\n  "a b": 1\n  "a b": 2\n', 'tag', '4:3', 'the key "a b" stands here a second time'],
  ['a key that is a number to some and a string to others', '8080: v1\n"8080": v2\n', '8080', '2:1', 'the key 8080 stands here a second time'],
];

const NOT_EDITABLE: readonly Case[] = [
  ['a key of a list', 'images:\n- a\n', 'images.tag', '1:1', 'images is not a map, so it has no key tag'],
  ['an index of a map', 'images:\n  a: 1\n', 'images[0]', '1:1', 'images is not a list, so it has no item [0]'],
  ['an index of the file', 'images: []\n', '[0].x', '1:1', 'the file is not a list, so it has no item [0]'],
  ['a name of a scalar', 'images: a\n', 'images[name=a].x', '1:1', 'images is not a list, so it has no item [name=a]'],
  ['a key of a scalar', 'image: a\n', 'image.tag', '1:1', 'image is not a map'],
  ['an alias', 'a: &t v1\ntag: *t\n', 'tag', '2:1', 'tag is the alias *t; edit the anchor &t instead'],
  ['an alias on the way', 'a: &t {tag: v1}\nb: *t\n', 'b.tag', '2:1', 'b is the alias *t'],
  ['an alias of a list on the way', 'a: &t [x]\nb: *t\n', 'b[0]', '2:1', 'b is the alias *t'],
  ['a literal block', 'x: 1\ntag: |\n  v1\n', 'tag', '2:1', 'tag is a block of text; write its value on one line'],
  ['a folded block', 'tag: >-\n  v1\n', 'tag', '1:1', 'tag is a block of text'],
  ['values in a block of text', 'helm:\n  values: |\n    image: {tag: v1}\n', 'helm.values.image.tag', '2:3', 'helm.values is a block of text, so it has no key image; write it as a map (in an Application: valuesObject instead of values)'],
  ['several lines', 'tag: v1\n  v2\n', 'tag', '1:1', 'tag spans several lines; write its value on one line'],
  ['a map', 'image:\n  tag: {a: b}\n', 'image.tag', '2:3', 'image.tag is a map, not a single value'],
  ['a list', 'tag: [a]\n', 'tag', '1:1', 'tag is a list, not a single value'],
  ['a key without a colon', 'image: {tag}\n', 'image.tag', '1:9', 'image.tag has no colon after its key; write it as a key with a value'],
  ['a tag of another type', 'tag: !!int 1\n', 'tag', '1:1', 'tag has the tag tag:yaml.org,2002:int; remove the tag'],
  ['an anchor without a value', 'tag: &a # c\n', 'tag', '1:1', 'tag is empty; write a value there once'],
  ['an empty document', '---\n---\na: 1\n', '[0]', '1:1', '[0] is empty; write a value there once'],
  ['an anchored item without a value', '- &a\n', '[0]', '1:5', '[0] is empty; write a value there once'],
];

const NOT_YAML: readonly Case[] = [
  ['broken YAML', 'a: 1\nb: [1\nc: 2\n', 'a', '3:1', 'the file is not valid YAML: '],
  ['a template in place of a value', 'x: 1\ntag: {{ .Values.tag }}\n', 'tag', '2:6', 'tag holds a template ({{ … }}); edit the file that the template takes its values from, or write a value here'],
  ['a template between quotes', "tag: '{{ branch }}'\n", 'tag', '1:6', 'tag holds a template ({{ … }})'],
  ['a template in a part of a value', 'tag: v{{branch}}\n', 'tag', '1:6', 'tag holds a template ({{ … }})'],
  ['a template around a key', '{{- if .x }}\ntag: v1\n{{- end }}\n', 'tag', '1:3', 'if it is a template ({{ … }}), name the file that the template takes its values from'],
  ['a tab that indents', 'image:\n\ttag: v1\n', 'image.tag', '2:1', 'the line is indented with a tab, which YAML does not allow; indent it with blanks'],
  ['a tab behind blanks that indent', 'image:\n  tag: v1\n \tx: 2\n', 'image.tag', '3:1', 'the line is indented with a tab'],
  ['broken YAML behind a byte order mark', '\ufeff"a\n', 'a', '2:1', 'the file is not valid YAML'],
  ['one key twice behind a byte order mark', '\ufeff{a: 1, a: 2}\n', 'a', '1:8', 'the key a stands here a second time'],
];

describe('setScalar refuses, with file, line, column, reason and advice,', () => {
  it.each([...MISSING, ...AMBIGUOUS, ...NOT_EDITABLE, ...NOT_YAML])('%s', (_what, text, path, place, reason) => {
    const [line, column] = place.split(':');
    expect(setting(text, path)).toThrow(ConfigurationError);
    expect(setting(text, path)).toThrow(`${FILE}, line ${line}, column ${column}: `);
    expect(setting(text, path)).toThrow(reason);
  });

  it.each<readonly [string, string, string, string]>([
    ['an item, which a path does not describe', 'images: []\n', 'images[name=web].newTag', 'images has 0 items, none of them [name=web]'],
    ['a key below a value', 'image: v1\n', 'image.tag', 'image is not a map'],
    ['a key below null', 'image: ~\n', 'image.tag', 'image is ~; leave it empty, or write {}'],
    ['a key below an anchor without a value', 'image: &i\n', 'image.tag', 'image is empty; write a value there once'],
    ['a key below an alias', 'a: &a {}\nb: *a\n', 'b.tag', 'b is the alias *a'],
    ['a key below a block of text', 'values: |\n  a: 1\n', 'values.tag', 'values is a block of text'],
    ['a key in a document that is not there', 'a: 1\n---\nb: 1\n', '[2].tag', 'none at [2]'],
    ['a key in one of several documents', 'a: 1\n---\nb: 1\n', 'tag', 'the file holds 2 documents'],
    ['an item in an empty file', '', '[0].tag', 'the file is empty'],
    ['a key beside an item between brackets', 'a: [x: 1]\n', 'a[0].y', 'a[0].y cannot be set without changing other values; set it by hand once'],
    ['a key behind one without a colon', 'a:\n  ? b\n', 'a.c', 'a.c cannot be set without changing other values'],
  ])('to add %s', (_what, text, path, reason) => {
    expect(setting(text, path, true)).toThrow(ConfigurationError);
    expect(setting(text, path, true)).toThrow(reason);
  });
});
