import { isCollection, isMap, isPair, isScalar, visit, type YAMLMap, type YAMLSeq } from 'yaml';
import type { ParsedDocument } from './values-document.ts';
import type { MissingKeys } from './values-place.ts';
import { formatScalar } from './yaml-scalar.ts';

/** Text that goes into a file, and where. */
export type Insertion = { readonly offset: number; readonly text: string };

/** Adds missing keys as the last of their map: a line each in the file's own indentation and line ending, or between the braces that are there. */
export function insertionOf(documents: readonly ParsedDocument[], text: string, { keys, below }: MissingKeys, value: string): Insertion {
  const style: Style = { step: indentationStep(documents, text), ending: /\r?\n/.exec(text)?.[0] ?? '\n' };
  if (below === 'file') return newLines(text, text.length, 0, keys, value, style);
  if ('map' in below) return below.inFlow ? flowPair(documents, below.map, keys, value) : blockPair(text, below.map, keys, value, style);
  const { empty, key } = below;
  if (empty.inFlow) return { offset: empty.start, text: ` {${flowText(keys, value, isFlow(documents))}}` };
  return newLines(text, empty.start, columnAt(text, key.range[0]) + style.step, keys, value, style);
}

type Style = { readonly step: number; readonly ending: string };

function blockPair(text: string, map: YAMLMap.Parsed, keys: readonly string[], value: string, style: Style): Insertion {
  const columns = map.items.map(({ key }) => columnAt(text, key.range[0]));
  return newLines(text, endOfCollection(map), Math.min(...columns), keys, value, style);
}

/** How far an offset is from the beginning of its line: what YAML goes by, so that `- name` indents by two. */
function columnAt(text: string, offset: number): number {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).replace('\ufeff', '').length;
}

/** Lines after the one that `end` is in, where that has not ended already as behind a block of text. */
function newLines(text: string, end: number, column: number, keys: readonly string[], value: string, { step, ending }: Style): Insertion {
  const lineEnd = text.indexOf('\n', end);
  const offset = text[end - 1] === '\n' ? end : lineEnd < 0 ? text.length : lineEnd + 1;
  const lines = keys.map((key, depth) => `${' '.repeat(column + step * depth)}${keyText(key)}:${depth === keys.length - 1 ? ` ${formatScalar(value, 'plain', false)}` : ''}`);
  const beginsLine = offset === 0 || text[offset - 1] === '\n' || text.slice(0, offset) === '\ufeff';
  return { offset, text: beginsLine ? lines.map((line) => line + ending).join('') : lines.map((line) => ending + line).join('') };
}

function keyText(key: string): string {
  return formatScalar(key, key.includes(':') ? 'double-quoted' : 'plain', false);
}

/** Where the source of the last value ends; comments behind it don't count. */
function endOfCollection(collection: YAMLMap.Parsed | YAMLSeq.Parsed): number {
  const last = collection.flow === true ? undefined : collection.items.at(-1);
  if (last === undefined) return collection.range[1];
  const node = isPair(last) ? (last.value ?? last.key) : last;
  return isCollection(node) ? endOfCollection(node) : node.range[1];
}

function flowPair(documents: readonly ParsedDocument[], map: YAMLMap.Parsed, keys: readonly string[], value: string): Insertion {
  const last = map.items.at(-1);
  const pair = flowText(keys, value, isFlow(documents));
  return last === undefined ? { offset: map.range[0] + 1, text: pair } : { offset: (last.value ?? last.key).range[1], text: `, ${pair}` };
}

/** @param quoted as in JSON, which has nothing without quotes */
function flowText([key = '', ...below]: readonly string[], value: string, quoted: boolean): string {
  const style = quoted ? 'double-quoted' : 'plain';
  return `${formatScalar(key, style, true)}: ${below.length === 0 ? formatScalar(value, style, true) : `{${flowText(below, value, quoted)}}`}`;
}

function isFlow(documents: readonly ParsedDocument[]): boolean {
  return documents.every(({ contents }) => isCollection(contents) && contents.flow === true);
}

/** By how many blanks the file indents a map in a map, as its first one shows; two where there is none. */
function indentationStep(documents: readonly ParsedDocument[], text: string): number {
  const steps: number[] = [];
  for (const document of documents) {
    visit(document, {
      Pair(_key, { key, value }) {
        const below = isMap(value) && value.flow !== true ? value.items[0]?.key : undefined;
        if (!isScalar(key) || !isScalar(below) || !key.range || !below.range) return undefined;
        steps.push(columnAt(text, below.range[0]) - columnAt(text, key.range[0]));
        return visit.BREAK;
      },
    });
  }
  return steps[0] ?? 2;
}
