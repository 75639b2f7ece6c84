import type { Scalar } from 'yaml';
import { ConfigurationError } from './errors.ts';
import { differsOnlyIn, type LocatedScalar, locateScalar, parseValues, type Refusal } from './values-document.ts';
import { parseValuesPath } from './values-path.ts';
import { formatScalar, isPlainString, type ScalarStyle } from './yaml-scalar.ts';

/** The line that an edit changed, without its line ending; null when the value was there already. */
export type LineChange = { readonly line: number; readonly before: string; readonly after: string };

/**
 * Sets one scalar of a YAML file and changes no other byte: comments, quoting style, blank lines, line endings, a byte order mark
 * and anchors stay. The result is parsed again and must differ in that scalar alone. Aliases of an anchored scalar follow it.
 *
 * @param file name for messages
 * @throws ConfigurationError with file, line and reason where the scalar is missing, inherited, an alias, a block, a map or a list,
 *   or where the file is not one valid YAML document
 */
export function setScalar(text: string, path: string, value: string, file = 'values file'): { readonly text: string; readonly change: LineChange | null } {
  const document = parseValues(text);
  if ('refused' in document) throw refusal(file, text, document);
  const scalar = locateScalar(document, text, parseValuesPath(path));
  if ('refused' in scalar) throw refusal(file, text, scalar);
  if (stringOf(scalar.node) === value) return { text, change: null };
  const edited = splice(text, scalar, formatScalar(value, styleOf(scalar.node), scalar.inFlow));
  /* v8 ignore next -- a guard: no text is known that gets past the checks before it. @preserve */
  if (!differsOnlyIn(document, scalar, value, edited)) throw refusal(file, text, { refused: `${path} cannot be set without changing other values`, offset: scalar.start });
  return { text: edited, change: lineChange(text, edited, scalar.start) };
}

/**
 * The string that a path names; null where it names none. A plain 1.10 is a number to Helm, and so no string.
 * @throws ConfigurationError for a path that cannot be parsed
 */
export function readScalar(text: string, path: string): string | null {
  const steps = parseValuesPath(path);
  const document = parseValues(text);
  if ('refused' in document) return null;
  const scalar = locateScalar(document, text, steps);
  return 'refused' in scalar ? null : stringOf(scalar.node);
}

/** Compared as every reader sees it: a plain `1e3` or `yes` is not the string to all of them, though it is to some. */
function stringOf(node: Scalar): string | null {
  if (typeof node.value !== 'string') return null;
  return node.type === 'PLAIN' && node.tag === undefined && !isPlainString(node.value) ? null : node.value;
}

function styleOf(node: Scalar): ScalarStyle {
  if (node.type === 'QUOTE_SINGLE') return 'single-quoted';
  return node.type === 'QUOTE_DOUBLE' ? 'double-quoted' : 'plain';
}

function splice(text: string, { start, end }: LocatedScalar, source: string): string {
  const separator = start === end ? ' ' : '';
  return text.slice(0, start) + separator + source + text.slice(end);
}

function lineChange(before: string, after: string, offset: number): LineChange {
  return { line: lineAt(before, offset), before: lineText(before, offset), after: lineText(after, offset) };
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
  return new ConfigurationError(`${file}, line ${lineAt(text, offset)}: ${refused}.`);
}
