import { describe, expect, it } from 'vitest';
import { carriesRelease, describeEdits } from '../../../src/domain/covers.ts';
import { aRelease } from '../../support/release.ts';
import { anEnvironment } from '../../support/service.ts';

const [tag] = anEnvironment().edits;
if (tag === undefined) throw new Error('anEnvironment has no edit');
const edits = [tag, { ...tag, path: 'image.digest', value: 'digest' as const }];
const release = aRelease();
const file = (tagText: string, digest = release.digest) => ({ [tag.file]: `image:\n  tag: ${tagText}\n  digest: ${digest}\n` });

describe('carriesRelease', () => {
  it.each([
    [true, 'every scalar has its value', file('"1.1.0"')],
    [false, 'one scalar has another value', file('"1.0.0"')],
    [false, 'the digest is another', file('"1.1.0"', 'sha256:0')],
    [false, 'a file is missing', {}],
    [false, 'a scalar is missing', { [tag.file]: 'image: {}\n' }],
  ])('is %s when %s', (expected, _case, files) => {
    expect(carriesRelease(files, edits, release)).toBe(expected);
  });
});

it('describes edits by path and file', () => {
  expect(describeEdits(edits)).toBe('image.tag of envs/dev/values.yaml and image.digest of envs/dev/values.yaml');
});
