import { ConfigurationError } from './errors.ts';

/** What a map must hold under one key, as `name=web`. The key may lead deeper, as `metadata.name`. */
export type Condition = { readonly key: readonly string[]; readonly is: string };

/** Chooses the one item of a list that meets every condition, whichever place it has. In the order of their keys. */
export type Selector = readonly Condition[];

/** Keys of maps, 0-based indexes of lists, and selectors. */
export type ValuesStep = string | number | Selector;

/** Steps from the root of a YAML file. A file of several documents is a list of them. */
export type ValuesPath = readonly ValuesStep[];

const INDEX = /^\[(\d+)\]/;
const QUOTED_KEY = /^\["((?:[^"\\]|\\.)*)"\]/;
const BARE_KEY = /^[^.[\]"\s]+/;
const CONDITION = /^([^.[\]",=\s]+(?:\.[^.[\]",=\s]+)*)=(?:"((?:[^"\\]|\\.)*)"|([^\]",\s]+))(?=[\],])/;
const BARE_VALUE = /^[^\]",\s]+$/;

/**
 * Parses `image.tag`, `images[0].newTag`, `images[name=web].newTag`, `[kind=Deployment,metadata.name=web].spec` and
 * `["key.with.dots"].x`. A key with dots, brackets, quotes or blanks is written in brackets as a JSON string; so is a value with
 * brackets, quotes, commas or blanks behind the `=`.
 * @throws ConfigurationError that shows where the path stops making sense
 */
export function parseValuesPath(path: string): ValuesPath {
  const steps: ValuesStep[] = [];
  let position = 0;
  while (position < path.length || steps.length === 0) {
    if (steps.length > 0 && path[position] === '.') position += 1;
    else if (steps.length > 0 && path[position] !== '[') throw malformed(path, position, 'expected "." or "["');
    const { step, length } = parseStep(path, position);
    steps.push(step);
    position += length;
  }
  return steps;
}

/** Whether `parseValuesPath` understands it. */
export function isValuesPath(path: string): boolean {
  try {
    return parseValuesPath(path).length > 0;
  } catch {
    return false;
  }
}

type ParsedStep = { readonly step: ValuesStep; readonly length: number };

function parseStep(path: string, position: number): ParsedStep {
  const rest = path.slice(position);
  const index = INDEX.exec(rest);
  if (index?.[1] !== undefined) return { step: Number(index[1]), length: index[0].length };
  const quoted = QUOTED_KEY.exec(rest);
  if (quoted?.[1] !== undefined) return { step: unquoted(path, position, quoted[1]), length: quoted[0].length };
  if (rest.startsWith('[')) return parseSelector(path, position);
  const bare = BARE_KEY.exec(rest);
  if (bare === null) throw malformed(path, position, 'expected a key');
  return { step: bare[0], length: bare[0].length };
}

function parseSelector(path: string, start: number): ParsedStep {
  const conditions: Condition[] = [];
  let position = start;
  do {
    position += 1;
    const condition = CONDITION.exec(path.slice(position));
    if (condition?.[1] === undefined) throw malformed(path, conditions.length === 0 ? start : position, 'expected an index as [0], an item as [name=web] or a key as ["a.b"]');
    const [source, key, inQuotes, bare = ''] = condition;
    conditions.push({ key: key.split('.'), is: inQuotes === undefined ? bare : unquoted(path, start, inQuotes) });
    position += source.length;
  } while (path[position] === ',');
  return { step: conditions.toSorted((a, b) => compareText(formatCondition(a), formatCondition(b))), length: position + 1 - start };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function unquoted(path: string, position: number, content: string): string {
  try {
    return String(JSON.parse(`"${content}"`));
  } catch {
    throw malformed(path, position, 'expected a JSON string between the brackets');
  }
}

function malformed(path: string, position: number, expectation: string): ConfigurationError {
  return new ConfigurationError(`The path ${JSON.stringify(path)} cannot be read at position ${position + 1}: ${expectation}. Write it as image.tag, images[0].newTag or images[name=web].newTag.`);
}

/** The path as a person writes it; what `parseValuesPath` reads back. */
export function formatValuesPath(path: ValuesPath): string {
  return path.map((step, index) => (typeof step === 'string' ? formatKey(step, index === 0) : formatItem(step))).join('');
}

/** An item of a list, as `[0]` or `[name=web]`. */
export function formatItem(step: number | Selector): string {
  return `[${typeof step === 'number' ? step : step.map(formatCondition).join(',')}]`;
}

function formatCondition({ key, is }: Condition): string {
  return `${key.join('.')}=${BARE_VALUE.test(is) ? is : JSON.stringify(is)}`;
}

function formatKey(key: string, first: boolean): string {
  if (BARE_KEY.exec(key)?.[0] !== key) return `[${JSON.stringify(key)}]`;
  return first ? key : `.${key}`;
}

/**
 * Whether two paths may lead to one scalar. Which item a selector chooses only the file can tell, so that it may be the one that an
 * index names; only a different value under the same key tells two items apart.
 */
export function mayMeet(a: ValuesPath, b: ValuesPath): boolean {
  if (a.length === b.length && a.every((step, index) => mayBeSame(step, b[index]))) return true;
  // A file of one document needs no step that names it.
  return (namesDocument(a, b) && mayMeet(a.slice(1), b)) || (namesDocument(b, a) && mayMeet(b.slice(1), a));
}

function namesDocument([first]: ValuesPath, [other]: ValuesPath): boolean {
  return typeof first === 'object' || typeof first === 'number' ? typeof other === 'string' : false;
}

function mayBeSame(a: ValuesStep, b: ValuesStep | undefined): boolean {
  if (typeof a === 'string' || typeof b === 'string' || b === undefined) return a === b;
  if (typeof a === 'number' || typeof b === 'number') return typeof a !== typeof b || a === b;
  return a.every(({ key, is }) => b.every((other) => other.key.join('.') !== key.join('.') || other.is === is));
}
