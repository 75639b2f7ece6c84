import { ConfigurationError } from './errors.ts';

/** Steps from the root of a YAML document: keys of maps and 0-based indexes of lists. */
export type ValuesPath = readonly (string | number)[];

const INDEX = /^\[(\d+)\]/;
const QUOTED_KEY = /^\["((?:[^"\\]|\\.)*)"\]/;
const BARE_KEY = /^[^.[\]"\s]+/;

/**
 * Parses `image.tag`, `images[0].newTag` and `["key.with.dots"].x`. A key with dots, brackets, quotes or blanks is written in
 * brackets as a JSON string.
 * @throws ConfigurationError that shows where the path stops making sense
 */
export function parseValuesPath(path: string): ValuesPath {
  const steps: (string | number)[] = [];
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

function parseStep(path: string, position: number): { step: string | number; length: number } {
  const rest = path.slice(position);
  const index = INDEX.exec(rest);
  if (index?.[1] !== undefined) return { step: Number(index[1]), length: index[0].length };
  const quoted = QUOTED_KEY.exec(rest);
  if (quoted?.[1] !== undefined) return { step: unquoted(path, position, quoted[1]), length: quoted[0].length };
  if (rest.startsWith('[')) throw malformed(path, position, 'expected an index as [0] or a key as ["a.b"]');
  const bare = BARE_KEY.exec(rest);
  if (bare === null) throw malformed(path, position, 'expected a key');
  return { step: bare[0], length: bare[0].length };
}

function unquoted(path: string, position: number, content: string): string {
  try {
    return String(JSON.parse(`"${content}"`));
  } catch {
    throw malformed(path, position, 'expected a JSON string between the brackets');
  }
}

function malformed(path: string, position: number, expectation: string): ConfigurationError {
  return new ConfigurationError(`The path ${JSON.stringify(path)} cannot be read at position ${position + 1}: ${expectation}. Write it as image.tag or images[0].newTag.`);
}

/** The path as a person writes it; what `parseValuesPath` reads back. */
export function formatValuesPath(path: ValuesPath): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : formatKey(step, index === 0))).join('');
}

function formatKey(key: string, first: boolean): string {
  if (BARE_KEY.exec(key)?.[0] !== key) return `[${JSON.stringify(key)}]`;
  return first ? key : `.${key}`;
}
