import { describe, expect, it } from 'vitest';
import { DEFAULT_BODY, DEFAULT_SUBJECT, fillTemplate, type PlaceholderValues, templateProblem } from '../../../src/domain/commit-template.ts';

const VALUES: PlaceholderValues = { action: 'deploy', service: 'web', environment: 'dev', target: 'eu', tag: '1.1.0', digest: 'sha256:1', image: 'r/web:1.1.0', previous: null, execution: 'arn', link: 'https://x' };

describe('fillTemplate', () => {
  it.each([
    ['{action}({environment}): {service} {tag}', 'deploy(dev): web 1.1.0'],
    ['{tag}{tag} { } {', '1.1.01.1.0 { } {'],
    ['a\nwas {previous}\nb', 'a\nb'],
    ['a\n\nb', 'a\n\nb'],
    ['', ''],
  ])('fills %j', (template, text) => {
    expect(fillTemplate(template, VALUES)).toBe(text);
  });

  it('does not fill in what a value holds', () => {
    expect(fillTemplate('{service} {tag}', { ...VALUES, service: '{tag}' })).toBe('{tag} 1.1.0');
  });
});

describe('templateProblem', () => {
  it('has nothing against the defaults', () => {
    expect([templateProblem(DEFAULT_SUBJECT, 'subject'), templateProblem(DEFAULT_BODY, 'body'), templateProblem('', 'body')]).toEqual([null, null, null]);
  });

  it.each([
    ['subject', 'deploy {servce}', 'names {servce}, which slipway does not know; there is {action}, {service}'],
    ['body', 'a\nb {Tag}', 'names {Tag}, which slipway does not know'],
    ['body', 'a\nb {Tag}', '(line 2 of the body)'],
    ['body', '{}', 'names {}, which slipway does not know'],
    ['subject', 'a\nb', 'is one line; write the rest under body'],
    ['subject', ' ', 'is empty; leave it out, or write a line'],
    ['subject', 'after {previous}', 'names {previous}, which the first release of a target does not have'],
    ['body', 'Slipway-Execution: forged', 'begins a line with Slipway-Execution; slipway adds its trailers itself'],
    ['body', 'a\u0007', 'holds a control character'],
  ] as const)('says what is wrong with the %s %j', (part, template, problem) => {
    expect(templateProblem(template, part)).toContain(problem);
  });
});
