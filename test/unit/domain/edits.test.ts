import { describe, expect, it } from 'vitest';
import { applyEdits, namesRelease, namesTagOnly, wantedValue } from '../../../src/domain/edits.ts';
import type { Release } from '../../../src/domain/release.ts';
import type { Edit, EditValue } from '../../../src/domain/service.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const release: Release = {
  registry: 'r.example',
  repository: 'team/web',
  tag: 'v2',
  digest: DIGEST,
  digests: [DIGEST],
  releasedAt: '2026-01-02T03:04:05.678Z',
  imagePushedAt: '2026-01-02T03:04:05.678Z',
};

function anEdit(path: string, value: EditValue, file = 'values.yaml', create?: boolean): Edit {
  return { git: { host: 'git', url: 'https://git.example/team/config.git', branch: 'main', aliases: [] }, file, path, value, ...(create !== undefined && { create }) };
}

describe('wantedValue', () => {
  it.each([
    ['tag', 'v2'],
    ['digest', DIGEST],
    ['repository:tag', 'r.example/team/web:v2'],
    ['repository@digest', `r.example/team/web@${DIGEST}`],
    ['repository:tag@digest', `r.example/team/web:v2@${DIGEST}`],
    [{ literal: 'as it is' }, 'as it is'],
  ] as const)('writes %j as %s', (value, text) => {
    expect(wantedValue(value, release)).toBe(text);
  });
});

describe('applyEdits', () => {
  const files = { 'values.yaml': 'image:\n  tag: v1\n  digest: ""\n', 'other.yaml': 'tag: v2\n' };

  it('makes several edits of one file and leaves out the files that stay', () => {
    const edits = [anEdit('image.tag', 'tag'), anEdit('image.digest', 'digest'), anEdit('tag', 'tag', 'other.yaml')];
    expect(applyEdits(files, edits, release)).toEqual({
      files: { 'values.yaml': `image:\n  tag: v2\n  digest: "${DIGEST}"\n` },
      changes: [
        { file: 'values.yaml', path: 'image.tag', line: 2, before: '  tag: v1', after: '  tag: v2' },
        { file: 'values.yaml', path: 'image.digest', line: 3, before: '  digest: ""', after: `  digest: "${DIGEST}"` },
      ],
    });
  });

  it('finds nothing to change the second time', () => {
    const edits = [anEdit('image.tag', 'tag'), anEdit('image.digest', 'digest')];
    const once = applyEdits(files, edits, release);
    expect(applyEdits(once.files, edits, release)).toEqual({ files: {}, changes: [] });
  });

  it('refuses two edits of one scalar, however its path is written', () => {
    expect(() => applyEdits(files, [anEdit('image.tag', 'tag'), anEdit('["image"].tag', 'digest')], release)).toThrow('Two edits set image.tag in values.yaml; keep one.');
  });

  it('refuses an edit of a file that was not read', () => {
    expect(() => applyEdits(files, [anEdit('tag', 'tag', 'missing.yaml')], release)).toThrow('missing.yaml was not read');
  });

  it('names the file in a refusal', () => {
    expect(() => applyEdits(files, [anEdit('image.name', 'tag')], release)).toThrow('values.yaml, line 1, column 1: image has no key name');
  });
});

describe('applyEdits on what is not there yet', () => {
  const files = { 'values.yaml': 'image:\n' };
  const edits = [anEdit('image.tag', 'tag', 'values.yaml', true), anEdit('image.digest', 'digest', 'values.yaml', true)];

  it('adds keys one after the other where it may', () => {
    expect(applyEdits(files, edits, release)).toEqual({
      files: { 'values.yaml': `image:\n  tag: v2\n  digest: ${DIGEST}\n` },
      changes: [
        { file: 'values.yaml', path: 'image.tag', line: 2, before: '', after: '  tag: v2' },
        { file: 'values.yaml', path: 'image.digest', line: 3, before: '', after: `  digest: ${DIGEST}` },
      ],
    });
  });

  it('adds none where nobody asked for it', () => {
    expect(() => applyEdits(files, [anEdit('image.tag', 'tag', 'values.yaml', false)], release)).toThrow('ask for it by create: true');
  });
});

describe('applyEdits on one scalar by two paths', () => {
  const files = { 'values.yaml': 'images:\n- name: web\n  newTag: v1\na: &a v1\nb: *a\n' };

  it('refuses the one that would undo the other', () => {
    const edits = [anEdit('images[0].newTag', 'tag'), anEdit('images[name=web].newTag', 'digest')];
    expect(() => applyEdits(files, edits, release)).toThrow('Another edit sets images[0].newTag in values.yaml too, or what its path goes by; keep one.');
  });

  it('refuses the one that changes what the other is found by', () => {
    expect(() => applyEdits(files, [anEdit('images[name=web].newTag', 'tag'), anEdit('images[0].name', { literal: 'api' })], release)).toThrow('images[name=web].newTag');
  });

  it('lets two that agree be', () => {
    const edits = [anEdit('images[0].newTag', 'tag'), anEdit('images[name=web].newTag', 'tag')];
    expect(applyEdits(files, edits, release).changes).toHaveLength(1);
  });
});

describe('namesRelease', () => {
  it('is false where all edits are literals', () => {
    expect([namesRelease([anEdit('a', { literal: 'x' })]), namesRelease([anEdit('a', { literal: 'x' }), anEdit('b', 'tag')])]).toEqual([false, true]);
  });
});

describe('namesTagOnly', () => {
  it('is true only where no edit writes the digest', () => {
    expect(namesTagOnly([anEdit('a', 'tag'), anEdit('b', 'repository:tag')])).toBe(true);
    expect(namesTagOnly([anEdit('a', 'tag'), anEdit('b', { literal: 'x' })])).toBe(true);
    expect(namesTagOnly([anEdit('a', 'tag'), anEdit('b', 'digest')])).toBe(false);
  });
});
