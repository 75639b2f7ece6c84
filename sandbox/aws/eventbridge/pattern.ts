import { AwsError } from '../service.ts';

/** Whether a value of an event, `undefined` where the event has none, is what one entry of a pattern asks for. */
type Matcher = (value: unknown) => boolean;

/**
 * Compiles an event pattern. Every field must match one of its entries; an array in the event matches if one of its elements does.
 *
 * Rule: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 * @throws AwsError `InvalidEventPatternException` naming an operator that the sandbox does not know
 */
export function compilePattern(pattern: unknown): (event: unknown) => boolean {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) throw invalid('Event pattern must be an object with at least one field');
  const fields = Object.entries(pattern).map(([key, expected]) => ({ key, matches: compileField(key, expected) }));
  return (event) => fields.every(({ key, matches }) => matches(isObject(event) ? event[key] : undefined));
}

function compileField(key: string, expected: unknown): Matcher {
  if (key.startsWith('$')) throw invalid(`The sandbox does not know ${key}`);
  if (isObject(expected)) {
    const matches = compilePattern(expected);
    return (value) => candidates(value).some(matches);
  }
  if (!Array.isArray(expected) || expected.length === 0) throw invalid(`"${key}" must be an object or a non-empty array`);
  const entries = expected.map((entry) => compileEntry(key, entry));
  return (value) => candidates(value).some((candidate) => entries.some((matches) => matches(candidate)));
}

/** An empty array in an event counts as an absent field. */
function candidates(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) return [value];
  return value.length === 0 ? [undefined] : value;
}

function compileEntry(key: string, entry: unknown): Matcher {
  if (!isObject(entry)) return equals(literal(key, entry));
  const [operator, argument] = onlyEntry(key, entry);
  switch (operator) {
    case 'exists':
      return exists(key, argument);
    case 'anything-but':
      return anythingBut(key, argument);
    case 'numeric':
      return numeric(key, argument);
    default:
      return textMatcher(key, operator, argument);
  }
}

function textMatcher(key: string, operator: string, argument: unknown): Matcher {
  if (typeof argument !== 'string') throw invalid(`The sandbox knows ${operator} of "${key}" with a text only`);
  switch (operator) {
    case 'prefix':
      return (value) => typeof value === 'string' && value.startsWith(argument);
    case 'suffix':
      return (value) => typeof value === 'string' && value.endsWith(argument);
    case 'equals-ignore-case':
      return (value) => typeof value === 'string' && value.toLowerCase() === argument.toLowerCase();
    case 'wildcard':
      return wildcard(key, argument);
    default:
      throw invalid(`Unrecognized match type ${operator} for "${key}"`);
  }
}

function wildcard(key: string, pattern: string): Matcher {
  if (pattern.includes('\\')) throw invalid(`The sandbox does not know escapes in the wildcard of "${key}"`);
  const expression = new RegExp(`^${pattern.split('*').map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`, 's');
  return (value) => typeof value === 'string' && expression.test(value);
}

/** True on null and on any value that is not listed, false on an absent field (AWS's own Event Ruler 1.7.3). */
function anythingBut(key: string, argument: unknown): Matcher {
  if (isObject(argument)) {
    const [operator, text] = onlyEntry(key, argument);
    const matches = textMatcher(key, operator, text);
    return (value) => value !== undefined && !isContainer(value) && !matches(value);
  }
  const values: readonly unknown[] = Array.isArray(argument) ? argument : [argument];
  if (values.length === 0) throw invalid(`anything-but of "${key}" must list at least one value`);
  const listed = values.map((value) => equals(literal(key, value)));
  return (value) => value !== undefined && !isContainer(value) && !listed.some((matches) => matches(value));
}

/** Works on leaves: a field that holds an object does not exist in this sense. */
function exists(key: string, argument: unknown): Matcher {
  if (typeof argument !== 'boolean') throw invalid(`exists of "${key}" must be true or false`);
  return (value) => (value !== undefined && !isContainer(value)) === argument;
}

const COMPARISONS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

/** Comparisons in pairs, as `[">", 0, "<=", 5]`; all must hold. */
function numeric(key: string, argument: unknown): Matcher {
  if (!Array.isArray(argument) || argument.length === 0 || argument.length % 2 !== 0) throw invalid(`numeric of "${key}" must be pairs of comparison and number`);
  const pairs = argument.flatMap((comparison: unknown, index) => (index % 2 === 0 ? [{ compare: COMPARISONS[String(comparison)], limit: argument[index + 1] as unknown }] : []));
  return allOf(pairs.map(({ compare, limit }) => {
    if (compare === undefined || typeof limit !== 'number') throw invalid(`numeric of "${key}" must be pairs of comparison and number`);
    return (value) => typeof value === 'number' && compare(value, limit);
  }));
}

function allOf(matchers: readonly Matcher[]): Matcher {
  return (value) => matchers.every((matches) => matches(value));
}

function literal(key: string, value: unknown): string | number | boolean | null {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw invalid(`"${key}" holds a value that is neither a text, a number, a boolean nor null`);
}

function equals(expected: string | number | boolean | null): Matcher {
  return (value) => value === expected;
}

function onlyEntry(key: string, value: Readonly<Record<string, unknown>>): readonly [string, unknown] {
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0) throw invalid(`An entry of "${key}" must name exactly one match type`);
  return entry;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function invalid(reason: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}
