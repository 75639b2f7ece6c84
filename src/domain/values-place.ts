import { isAlias, isMap, isScalar, isSeq, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { enterDocument, meets, ownPairs, type ParsedDocument, type ParsedPair, type Refusal } from './values-document.ts';
import { formatItem, formatValuesPath, type Selector, type ValuesPath } from './values-path.ts';

/** A scalar that can be edited, as the parser found it. */
export type LocatedScalar = {
  readonly node: Scalar;
  /** Where its source begins and ends; both directly after the colon, or the dash, for an empty value. */
  readonly start: number;
  readonly end: number;
  /** Stands between braces or brackets. */
  readonly inFlow: boolean;
};

/** What would get a key: a map, an empty value that becomes one, or a file without content. */
export type Parent = { readonly map: YAMLMap.Parsed; readonly inFlow: boolean } | { readonly empty: LocatedScalar; readonly key: ParsedPair['key'] } | 'file';

/** Keys that are not there yet, each below the one before. */
export type MissingKeys = {
  readonly keys: readonly string[];
  readonly below: Parent;
  /** Why it cannot be edited where nobody asked for a new key. */
  readonly refusal: Refusal;
};

type ParsedNode = ParsedPair['key'];
type Place = {
  readonly node: ParsedNode | null;
  readonly pair: ParsedPair | null;
  /** The marks before the value: `:` or `-`, anchors, tags, comments. */
  readonly marks: readonly { readonly type: string; readonly offset: number }[] | undefined;
  readonly offset: number;
  readonly inFlow: boolean;
};

/** Follows a path to a scalar of the file's own: not inherited, not an alias, not a template, on one line. */
export function locateScalar(documents: readonly ParsedDocument[], text: string, path: ValuesPath): LocatedScalar | MissingKeys | Refusal {
  const entrance = enterDocument(documents, path);
  if ('refused' in entrance) return documents.length === 0 ? missing(path, 'file', entrance) : entrance;
  const { document, path: steps } = entrance;
  const entered = path.length - steps.length;
  let place: Place = { node: document.contents, pair: null, marks: undefined, offset: document.range[0], inFlow: false };
  for (const [depth, step] of steps.entries()) {
    const name = depth + entered === 0 ? 'the file' : formatValuesPath(path.slice(0, depth + entered));
    const next = typeof step === 'string' ? valueOf(place, text, { key: step, name, below: steps.slice(depth + 1) }) : itemOf(place, step, name);
    if (!('marks' in next)) return next;
    place = next;
  }
  return editableScalar(place, text, formatValuesPath(path));
}

function itemOf({ node, offset, inFlow }: Place, step: number | Selector, name: string): Place | Refusal {
  const item = formatItem(step);
  if (isAlias(node)) return aliasRefusal(node.source, name, offset);
  if (!isSeq(node)) return { refused: `${name} is not a list, so it has no item ${item}; correct the path`, offset };
  const list: YAMLSeq.Parsed = node;
  const [match, twin] = [...list.items.entries()].filter(([index, node]) => (typeof step === 'number' ? index === step : meets(node, step)));
  if (twin !== undefined) return { refused: `${name} has several items ${item}; name what tells them apart, as ${item.slice(0, -1)},key=value]`, offset: twin[1].range[0] };
  if (match === undefined) return { refused: `${name} has ${list.items.length} items, none of them ${item}; add it to the file, or correct the path`, offset };
  const [index, found] = match;
  const marks = list.srcToken?.type === 'block-seq' ? list.srcToken.items[index]?.start : undefined;
  return { node: found, pair: null, marks, offset: found.range[0], inFlow: inFlow || list.flow === true };
}

type Wanted = { readonly key: string; readonly name: string; readonly below: ValuesPath };

function valueOf(place: Place, text: string, { key, name, below }: Wanted): Place | MissingKeys | Refusal {
  const { node, offset } = place;
  if (isAlias(node)) return aliasRefusal(node.source, name, offset);
  if (isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')) return { refused: `${name} is a block of text, so it has no key ${key}; write it as a map (in an Application: valuesObject instead of values)`, offset };
  if (!isMap(node)) return missingBelowEmpty(place, text, { key, name, below });
  const map: YAMLMap.Parsed = node;
  const [pair, twin] = ownPairs(map, key);
  if (twin !== undefined) return { refused: `the key ${key} stands here a second time; keep one`, offset: twin.key.range[0] };
  const inFlow = place.inFlow || map.flow === true;
  if (pair !== undefined) return { node: pair.value, pair, marks: pair.srcToken?.sep, offset: pair.key.range[0], inFlow };
  const inherits = ownPairs(map, '<<').length > 0;
  const advice = inherits ? ' of its own; edit what it inherits through << where that stands' : '; add it to the file, ask for it by create: true';
  return missing([key, ...below], { map, inFlow }, { refused: `${name} has no key ${key}${advice}, or correct the path`, offset });
}

function missingBelowEmpty(place: Place, text: string, { key, name, below }: Wanted): MissingKeys | Refusal {
  const refusal = { refused: `${name} is not a map, so it has no key ${key}; correct the path`, offset: place.offset };
  const { node, pair } = place;
  if (pair === null || !isScalar(node) || node.value !== null) return refusal;
  const empty = editableScalar(place, text, name);
  if ('refused' in empty) return empty;
  if (empty.start < empty.end) return { refused: `${name} is ${text.slice(empty.start, empty.end)}; leave it empty, or write {}`, offset: empty.start };
  return missing([key, ...below], { empty, key: pair.key }, { ...refusal, refused: `${name} is empty; add ${key} to the file, ask for it by create: true, or correct the path` });
}

/** Only keys can be added: which item a list lacks, a path does not say. */
function missing(path: ValuesPath, below: Parent, refusal: Refusal): MissingKeys | Refusal {
  const keys = path.filter((step) => typeof step === 'string');
  return keys.length === path.length ? { keys, below, refusal } : refusal;
}

function editableScalar({ node, marks, offset, inFlow }: Place, text: string, name: string): LocatedScalar | Refusal {
  if (isAlias(node)) return aliasRefusal(node.source, name, offset);
  if (node === null) return { refused: `${name} has no colon after its key; write it as a key with a value`, offset };
  const [start, end] = node.range;
  const source = text.slice(start, end);
  if (isScalar(node) ? source.includes('{{') : source.startsWith('{{')) return { refused: `${name} holds a template ({{ … }}); edit the file that the template takes its values from, or write a value here`, offset: start };
  if (!isScalar(node)) return { refused: `${name} is a ${isMap(node) ? 'map' : 'list'}, not a single value; correct the path`, offset };
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') return { refused: `${name} is a block of text; write its value on one line`, offset };
  if (node.tag !== undefined && node.tag !== 'tag:yaml.org,2002:str') return { refused: `${name} has the tag ${node.tag}; remove the tag`, offset };
  if (source.includes('\n')) return { refused: `${name} spans several lines; write its value on one line`, offset };
  if (start < end) return { node, start, end, inFlow };
  const mark = markOfEmptyValue(marks);
  if (mark === undefined) return { refused: `${name} is empty; write a value there once, as ""`, offset };
  return { node, start: mark + 1, end: mark + 1, inFlow };
}

/** A comment may follow an empty value, so the value's place is after the mark; undefined where an anchor or a tag stands between. */
function markOfEmptyValue(marks: Place['marks'] = []): number | undefined {
  if (marks.some(({ type }) => type === 'anchor' || type === 'tag')) return undefined;
  return marks.find(({ type }) => type === 'map-value-ind' || type === 'seq-item-ind')?.offset;
}

function aliasRefusal(anchor: string, name: string, offset: number): Refusal {
  return { refused: `${name} is the alias *${anchor}; edit the anchor &${anchor} instead`, offset };
}
