import type { z } from 'zod';

const NOUNS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  null: 'empty',
};

/**
 * What the schema found wrong, as a predicate whose subject is the key: `is missing`, `is one of tag, digest`. Undefined where the
 * schema has words of its own.
 */
export function issueMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' && typeof issue.input === 'number' ? 'is a whole number' : `is ${nounOf(issue.expected)}, not ${nounOf(kindOf(issue.input))}`;
    case 'invalid_value':
      return `is ${issue.values.length === 1 ? '' : 'one of '}${issue.values.join(', ')}`;
    case 'too_small':
      return issue.origin === 'array' ? `has at least ${issue.minimum} in its list` : issue.origin === 'string' ? 'is not empty' : `is at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string' ? `has at most ${issue.maximum} characters` : `is at most ${issue.maximum}`;
    default:
      return undefined;
  }
}

function nounOf(kind: string): string {
  return NOUNS[kind] ?? kind;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
