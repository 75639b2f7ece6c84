import { AwsError } from '../service.ts';

/** Whether a value of an event, `undefined` where the event has none, is what one entry of a pattern asks for. */
type Matcher = (value: unknown) => boolean;

/**
 * Compiles an event pattern of the operators that the stack's rule uses. Every field must match one of its entries; an array in the event matches if one of its elements does.
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
    case 'anything-but':
      return anythingBut(key, argument);
    case 'wildcard':
      return wildcard(key, argument);
    default:
      throw invalid(`The sandbox does not know match type ${operator} of "${key}"`);
  }
}

function wildcard(key: string, pattern: unknown): Matcher {
  if (typeof pattern !== 'string') throw invalid(`wildcard of "${key}" must be a text`);
  if (pattern.includes('\\')) throw invalid(`The sandbox does not know escapes in the wildcard of "${key}"`);
  const expression = new RegExp(`^${pattern.split('*').map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`, 's');
  return (value) => typeof value === 'string' && expression.test(value);
}

/** True on null and on any value that is not listed, false on an absent field (AWS's own Event Ruler 1.7.3). */
function anythingBut(key: string, argument: unknown): Matcher {
  const values: readonly unknown[] = Array.isArray(argument) ? argument : [argument];
  if (values.length === 0) throw invalid(`anything-but of "${key}" must list at least one value`);
  const listed = values.map((value) => equals(literal(key, value)));
  return (value) => value !== undefined && !isContainer(value) && !listed.some((matches) => matches(value));
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
