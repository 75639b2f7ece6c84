import { describe, expect, it } from 'vitest';
import { readScalar, setScalar } from '../../../src/domain/values-file.ts';

function created(text: string, path: string): string {
  const result = setScalar(text, path, 'v2', { create: true });
  expect(readScalar(result.text, path)).toBe('v2');
  return result.text;
}

describe('setScalar with create', () => {
  it.each([
    ['behind the last key of its map', 'image:\n  name: a\nx: 1\n', 'image:\n  name: a\n  tag: v2\nx: 1\n'],
    ['in the indentation of its neighbours', 'image:\n     name: a\nx:\n  y: 1\n', 'image:\n     name: a\n     tag: v2\nx:\n  y: 1\n'],
    ['before comments and blank lines that follow', 'image:\n  name: a # ours\n\n  # later\n\nx: 1\n', 'image:\n  name: a # ours\n  tag: v2\n\n  # later\n\nx: 1\n'],
    ['with CRLF', 'image:\r\n  name: a\r\n', 'image:\r\n  name: a\r\n  tag: v2\r\n'],
    ['in a file without a newline at its end', 'image:\n  name: a', 'image:\n  name: a\n  tag: v2'],
    ['behind a map', 'image:\n  a:\n    b: 1\nx: 1\n', 'image:\n  a:\n    b: 1\n  tag: v2\nx: 1\n'],
    ['behind a list', 'image:\n  a:\n  - 1\n  - b: # c\nx: 1\n', 'image:\n  a:\n  - 1\n  - b: # c\n  tag: v2\nx: 1\n'],
    ['behind a block of text', 'image:\n  a: |\n    b\n\nx: 1\n', 'image:\n  a: |\n    b\n  tag: v2\n\nx: 1\n'],
    ['behind a block of text that keeps its newlines', 'image:\n  a: |+\n    b\n\n', 'image:\n  a: |+\n    b\n\n  tag: v2\n'],
    ['behind a value of several lines', 'image:\n  a: "b\n    c"\n', 'image:\n  a: "b\n    c"\n  tag: v2\n'],
    ['beside what is inherited', 'b: &b {tag: v1}\nimage:\n  <<: *b\n', 'b: &b {tag: v1}\nimage:\n  <<: *b\n  tag: v2\n'],
    ['below an empty value, by the steps of the file', 'image:\nx:\n    y: 1\n', 'image:\n    tag: v2\nx:\n    y: 1\n'],
    ['below an empty value with comments', 'image: # ours\n  # tag: v0\nx: 1\n', 'image: # ours\n  tag: v2\n  # tag: v0\nx: 1\n'],
    ['between empty braces', 'image: {} # c\n', 'image: {tag: v2} # c\n'],
    ['between braces', 'image: {a: b, }\n', 'image: {a: b, tag: v2, }\n'],
    ['between braces, behind a key without a colon', 'image: {a}\n', 'image: {a, tag: v2}\n'],
    ['between braces of several lines', 'image: {\n  a: b # c\n}\n', 'image: {\n  a: b, tag: v2 # c\n}\n'],
    ['between anchored braces', 'image: &i {}\nx: *i\n', 'image: &i {tag: v2}\nx: *i\n'],
    ['between braces, below an empty value', '{image: }', '{image: {"tag": "v2"} }'],
    ['in JSON', '{"image": {"a": 1}}', '{"image": {"a": 1, "tag": "v2"}}'],
    ['in an explicit map', '? image\n: a: 1\n', '? image\n: a: 1\n  tag: v2\n'],
    ['with what it is below', 'x:\n  y: 1\n', 'x:\n  y: 1\nimage:\n  tag: v2\n'],
    ['with what it is below, between braces', '{x: 1}', '{x: 1, "image": {"tag": "v2"}}'],
    ['in an empty file', '', 'image:\n  tag: v2\n'],
    ['in an empty file with a byte order mark', '\ufeff', '\ufeffimage:\n  tag: v2\n'],
    ['in a file of comments', '# ours', '# ours\nimage:\n  tag: v2'],
    ['before the end of a document', 'x: 1\n...\n', 'x: 1\nimage:\n  tag: v2\n...\n'],
  ])('adds a key %s', (_what, before, after) => {
    expect(created(before, 'image.tag')).toBe(after);
  });

  it.each([
    ['of an item', 'images:\n- name: a\n- name: web\n  newName: r/web\n', 'images[name=web].newTag', 'images:\n- name: a\n- name: web\n  newName: r/web\n  newTag: v2\n'],
    ['of an item with wide dashes', '-   name: web\n', '[name=web].newTag', '-   name: web\n    newTag: v2\n'],
    ['of one document of several', 'kind: A\n---\nkind: B\n---\n', '[kind=A].spec.tag', 'kind: A\nspec:\n  tag: v2\n---\nkind: B\n---\n'],
    ['that needs quotes', 'a:\n  b: 1\n', 'a["on"]', 'a:\n  b: 1\n  "on": v2\n'],
    ['that has a colon', 'a:\n  b: 1\n', 'a["c:d"]', 'a:\n  b: 1\n  "c:d": v2\n'],
    ['that is a number', 'a:\n  b: 1\n', 'a.8080', 'a:\n  b: 1\n  "8080": v2\n'],
  ])('adds a key %s', (_what, before, path, after) => {
    expect(created(before, path)).toBe(after);
  });

  it('shows the line that was added, or the one that grew', () => {
    expect(setScalar('a: 1\nimage:\n', 'image.tag', 'v2', { create: true }).change).toEqual({ line: 3, before: '', after: '  tag: v2' });
    expect(setScalar('a: 1\r\n', 'image.tag', 'v2', { create: true }).change).toEqual({ line: 3, before: '', after: '  tag: v2' });
    expect(setScalar('image: {}\n', 'image.tag', 'v2', { create: true }).change).toEqual({ line: 1, before: 'image: {}', after: 'image: {tag: v2}' });
  });

  it('sets the key that is there', () => {
    expect(setScalar('tag: v1\n', 'tag', 'v2', { create: true }).text).toBe('tag: v2\n');
    expect(setScalar('tag: v2\n', 'tag', 'v2', { create: true })).toEqual({ text: 'tag: v2\n', change: null });
  });
});
