import type { Scalar } from 'yaml';
import { ConfigurationError } from './errors.ts';
import { type ParsedDocument, parseValues, type Refusal } from './values-document.ts';
import { type Insertion, insertionOf } from './values-insertion.ts';
import { type LocatedScalar, locateScalar } from './values-place.ts';
import { parseValuesPath } from './values-path.ts';
import { differsOnlyIn, type Wanted } from './values-shape.ts';
import { formatScalar, isPlainString, type ScalarStyle } from './yaml-scalar.ts';

/** The line that an edit changed, without its line ending: its number, its text, and what it was; empty for a line that was added. */
export type LineChange = { readonly line: number; readonly before: string; readonly after: string };

export type SetOptions = {
  /** Name for messages. */
  readonly file?: string;
  /** Whether keys that are missing are added. */
  readonly create?: boolean;
};

/**
 * Sets one scalar of a YAML file and changes no other byte: comments, quoting style, blank lines, line endings, a byte order mark,
 * anchors and other documents stay. The result is parsed again and must differ in that scalar alone. Aliases of an anchored scalar
 * follow it. The change is null where the value was there already.
 *
 * @throws ConfigurationError with file, line, column, reason and advice where the scalar is missing, inherited, an alias, a template,
 *   a block, a map or a list, or where the file is not valid YAML
 */
export function setScalar(text: string, path: string, value: string, { file = 'values file', create = false }: SetOptions = {}): { readonly text: string; readonly change: LineChange | null } {
  const documents = parseValues(text);
  if ('refused' in documents) throw refusal(file, text, documents);
  const place = locateScalar(documents, text, parseValuesPath(path));
  if ('refused' in place) throw refusal(file, text, place);
  if ('keys' in place && !create) throw refusal(file, text, place.refusal);
  if ('node' in place && stringOf(place.node) === value) return { text, change: null };
  const splice: Splice = 'node' in place ? replacement(place, value) : insertionOf(documents, text, place, value);
  const { offset, end = offset } = splice;
  const edited = text.slice(0, offset) + splice.text + text.slice(end);
  if (!isAsWanted(documents, { value, place }, edited)) throw refusal(file, text, { refused: `${path} cannot be set without changing other values; set it by hand once`, offset });
  return { text: edited, change: splice.text.includes('\n') ? addedLine(edited, splice) : changedLine(text, edited, offset) };
}

/**
 * The string that a path names; null where it names none. A plain 1.10 is a number to Helm, and so no string.
 * @throws ConfigurationError for a path that cannot be parsed
 */
export function readScalar(text: string, path: string): string | null {
  const steps = parseValuesPath(path);
  const documents = parseValues(text);
  if ('refused' in documents) return null;
  const place = locateScalar(documents, text, steps);
  return 'node' in place ? stringOf(place.node) : null;
}

/** Compared as every reader sees it: a plain `1e3` or `yes` is not the string to all of them, though it is to some. */
function stringOf(node: Scalar): string | null {
  if (typeof node.value !== 'string') return null;
  return node.type === 'PLAIN' && node.tag === undefined && !isPlainString(node.value) ? null : node.value;
}

function isAsWanted(documents: readonly ParsedDocument[], wanted: Wanted, edited: string): boolean {
  const result = parseValues(edited);
  return !('refused' in result) && differsOnlyIn(documents, wanted, result);
}

/** Text for what stands from `offset` to `end`. */
type Splice = Insertion & { readonly end?: number };

function replacement({ node, start, end, inFlow }: LocatedScalar, value: string): Splice {
  const separator = start === end ? ' ' : '';
  return { offset: start, end, text: separator + formatScalar(value, styleOf(node), inFlow) };
}

function styleOf(node: Scalar): ScalarStyle {
  if (node.type === 'QUOTE_SINGLE') return 'single-quoted';
  return node.type === 'QUOTE_DOUBLE' ? 'double-quoted' : 'plain';
}

function changedLine(before: string, after: string, offset: number): LineChange {
  return { line: lineAt(before, offset), before: lineText(before, offset), after: lineText(after, offset) };
}

/** The last of the lines that were added, which has the value. */
function addedLine(edited: string, { offset, text }: Insertion): LineChange {
  const end = offset + text.trimEnd().length;
  return { line: lineAt(edited, end), before: '', after: lineText(edited, end) };
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function lineText(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return text.slice(start, end < 0 ? text.length : end).replace(/\r$/, '');
}

function refusal(file: string, text: string, { refused, offset }: Refusal): ConfigurationError {
  const column = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).replace('\ufeff', '').length + 1;
  return new ConfigurationError(`${file}, line ${lineAt(text, offset)}, column ${column}: ${refused}.`);
}
