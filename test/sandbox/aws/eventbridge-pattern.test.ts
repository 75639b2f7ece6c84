import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../sandbox/aws/eventbridge/pattern.ts';

const matches = (entry: unknown, detail: object): boolean => compilePattern({ detail: { value: [entry] } })({ detail });

describe('an event pattern', () => {
  it('matches when every field has one of its values', () => {
    const pattern = compilePattern({ source: ['aws.ecr', 'slipway'], detail: { result: ['SUCCESS'] } });
    expect(pattern({ source: 'aws.ecr', detail: { result: 'SUCCESS', more: 1 } })).toBe(true);
    expect(pattern({ source: 'aws.ecs', detail: { result: 'SUCCESS' } })).toBe(false);
    expect(pattern({ source: 'aws.ecr', detail: { result: 'FAILURE' } })).toBe(false);
    expect(pattern({ source: 'aws.ecr' })).toBe(false);
  });

  it('matches an array of which one element matches', () => {
    expect(matches('a', { value: ['b', 'a'] })).toBe(true);
    expect(matches('a', { value: ['b'] })).toBe(false);
    expect(matches('a', { value: [] })).toBe(false);
    expect(compilePattern({ detail: { pods: { ready: [true] } } })({ detail: { pods: [{ ready: false }, { ready: true }] } })).toBe(true);
  });

  it.each([
    ['the same text', 'a', 'a', 'b'],
    ['text in its case only', 'a', 'a', 'A'],
    ['null', null, null, 'null'],
    ['a number', 5, 5, '5'],
    ['a boolean', true, true, 'true'],
    ['an empty text', '', '', 'a'],
    ['wildcard', { wildcard: 'team/*' }, 'team/service', 'other/team/service'],
    ['wildcard in the middle', { wildcard: 'a*b*c' }, 'a--b--c', 'a--c--b'],
    ['wildcard of nothing but the star', { wildcard: '*' }, '', 5],
    ['wildcard with a dot, which is a dot', { wildcard: 'a.*' }, 'a.b', 'axb'],
    ['anything-but one', { 'anything-but': 'latest' }, 'v1', 'latest'],
    ['anything-but a list', { 'anything-but': ['', 'latest'] }, 'v1', ''],
    ['anything-but a number', { 'anything-but': [5] }, 6, 5],
  ])('%s', (_, entry, yes, no) => {
    expect(matches(entry, { value: yes })).toBe(true);
    expect(matches(entry, { value: no })).toBe(false);
  });

  it('takes an absent field for no value, not even for anything-but', () => {
    expect(matches({ 'anything-but': [''] }, {})).toBe(false);
    expect(matches(null, {})).toBe(false);
  });

  it('takes null for a value that is anything but a listed one', () => {
    expect(matches({ 'anything-but': [''] }, { value: null })).toBe(true);
  });

  it.each([
    ['an operator that it does not know', { prefix: 'a' }, 'does not know match type prefix of "value"'],
    ['an operator within anything-but', { 'anything-but': { prefix: 'a' } }, 'neither a text'],
    ['a wildcard that is no text', { wildcard: ['a*'] }, 'wildcard of "value" must be a text'],
    ['two operators in one entry', { wildcard: 'a*', 'anything-but': 'b' }, 'exactly one match type'],
    ['an escape in a wildcard', { wildcard: 'a\\*' }, 'escapes in the wildcard of "value"'],
    ['an empty list', { 'anything-but': [] }, 'at least one value'],
    ['a nested array', [['a']], 'neither a text'],
  ])('refuses %s by name', (_, entry, reason) => {
    expect(() => compilePattern({ detail: { value: [entry] } })).toThrow(reason);
  });

  it.each([
    ['$or', { $or: [{ source: ['a'] }] }, 'does not know $or'],
    ['a bare value', { source: 'aws.ecr' }, '"source" must be an object or a non-empty array'],
    ['no fields', {}, 'at least one field'],
    ['no values', { source: [] }, 'non-empty array'],
  ])('refuses %s', (_, pattern, reason) => {
    expect(() => compilePattern(pattern)).toThrow(reason);
  });
});
