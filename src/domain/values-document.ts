import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Pair, parseAllDocuments, type ParsedNode, type Scalar, visit, type YAMLMap, type YAMLSeq } from 'yaml';
import { formatValuesPath, type ValuesPath } from './values-path.ts';

/** Why a scalar cannot be edited, and where in the text. */
export type Refusal = { readonly refused: string; readonly offset: number };

/** A scalar that can be edited, as the parser found it. */
export type LocatedScalar = {
  readonly node: Scalar;
  /** Where its source begins and ends; both directly after the colon for an empty value. */
  readonly start: number;
  readonly end: number;
  /** Stands between braces or brackets. */
  readonly inFlow: boolean;
};

/** Parses a file of one YAML document, with the positions of its tokens. */
export function parseValues(text: string): Document.Parsed | Refusal {
  const documents = parseAllDocuments(text, { keepSourceTokens: true, uniqueKeys: true, logLevel: 'silent' });
  const document = documents[0];
  if (document === undefined) return { refused: 'the file is empty', offset: 0 };
  const second = documents[1];
  if (second !== undefined) return { refused: `the file holds ${documents.length} documents, and Helm reads only the first; leave one`, offset: second.range[0] };
  const error = document.errors[0];
  if (error !== undefined) return { refused: `the file is not valid YAML: ${firstLine(error.message)}`, offset: error.pos[0] };
  return document;
}

/** The parser appends the position and an excerpt, which the caller gives as a line number. */
function firstLine(message: string): string {
  return message.replace(/ at line \d+, column \d+:[^]*$/, '').replace(/\n[^]*$/, '');
}

type ParsedPair = Pair<ParsedNode, ParsedNode | null>;
type Place = { readonly node: ParsedNode | null; readonly pair: ParsedPair | null; readonly offset: number; readonly inFlow: boolean };

/** Follows a path from the root to a scalar of the document's own: not inherited, not an alias, on one line. */
export function locateScalar(document: Document.Parsed, text: string, path: ValuesPath): LocatedScalar | Refusal {
  let place: Place = { node: document.contents, pair: null, offset: 0, inFlow: false };
  for (const [depth, step] of path.entries()) {
    const next = descend(place, step, formatValuesPath(path.slice(0, depth)));
    if ('refused' in next) return next;
    place = next;
  }
  return editableScalar(place, text, formatValuesPath(path));
}

function descend(place: Place, step: string | number, parent: string): Place | Refusal {
  const { node, offset } = place;
  const name = parent === '' ? 'the file' : parent;
  if (isAlias(node)) return { refused: `${name} is the alias *${node.source}; edit the anchor &${node.source} instead`, offset };
  if (typeof step === 'number') {
    if (!isSeq(node)) return { refused: `${name} is not a list, so it has no item [${step}]`, offset };
    return itemOf(node, step, place, name);
  }
  if (!isMap(node)) return { refused: `${name} is not a map, so it has no key ${step}`, offset };
  return valueOf(node, step, place, name);
}

function itemOf(list: YAMLSeq.Parsed, index: number, place: Place, name: string): Place | Refusal {
  const item = list.items[index];
  if (item === undefined) return { refused: `${name} has ${list.items.length} items, so none at [${index}]`, offset: place.offset };
  return { node: item, pair: null, offset: item.range[0], inFlow: place.inFlow || list.flow === true };
}

function valueOf(map: YAMLMap.Parsed, key: string, place: Place, name: string): Place | Refusal {
  const pair = map.items.find((candidate) => keyText(candidate) === key);
  if (pair === undefined) {
    const inherits = map.items.some((candidate) => keyText(candidate) === '<<');
    const advice = inherits ? 'of its own; what it inherits through << is edited where it stands' : '; add it to the file, or correct the path';
    return { refused: `${name} has no key ${key}${inherits ? ' ' : ''}${advice}`, offset: place.offset };
  }
  return { node: pair.value, pair, offset: pair.key.range[0], inFlow: place.inFlow || map.flow === true };
}

/** A key as written, so that `8080:` is found by the path `8080`. */
function keyText({ key }: ParsedPair): string | undefined {
  return isScalar(key) ? key.source : undefined;
}

function editableScalar({ node, pair, offset, inFlow }: Place, text: string, name: string): LocatedScalar | Refusal {
  if (isAlias(node)) return { refused: `${name} is the alias *${node.source}; edit the anchor &${node.source} instead`, offset };
  if (isMap(node) || isSeq(node)) return { refused: `${name} is a ${isMap(node) ? 'map' : 'list'}, not a single value`, offset };
  if (node === null) return { refused: `${name} has no colon after its key; write it as a key with a value`, offset };
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') return { refused: `${name} is a block of text; write its value on one line`, offset };
  if (node.tag !== undefined && node.tag !== 'tag:yaml.org,2002:str') return { refused: `${name} has the tag ${node.tag}; remove the tag`, offset };
  const [start, end] = node.range;
  if (text.slice(start, end).includes('\n')) return { refused: `${name} spans several lines; write its value on one line`, offset };
  if (start < end) return { node, start, end, inFlow };
  const colon = colonOfEmptyValue(pair);
  if (colon === undefined) return { refused: `${name} is empty; write a value there once, as ""`, offset };
  return { node, start: colon + 1, end: colon + 1, inFlow };
}

/** A comment may follow an empty value, so the value's place is after the colon; undefined where an anchor or a tag stands between. */
function colonOfEmptyValue(pair: ParsedPair | null): number | undefined {
  const separators = pair?.srcToken?.sep ?? [];
  if (separators.some(({ type }) => type === 'anchor' || type === 'tag')) return undefined;
  return separators.find(({ type }) => type === 'map-value-ind')?.offset;
}

type AnyNode = Alias | Scalar | YAMLMap | YAMLSeq;

/** Whether the edited text is the document with another string in that scalar, and nothing else. Aliases are compared by name. */
export function differsOnlyIn(document: Document.Parsed, { node }: LocatedScalar, value: string, edited: string): boolean {
  const result = parseValues(edited);
  if ('refused' in result) return false;
  const before = nodesOf(document);
  const after = nodesOf(result);
  const position = before.indexOf(node);
  const wanted = before.map(describe).with(position, describeScalar('string', value, node));
  return after.length === wanted.length && after.every((found, index) => describe(found) === wanted[index]);
}

function nodesOf(document: Document.Parsed): AnyNode[] {
  const nodes: AnyNode[] = [];
  visit(document, { Node: (_key, node) => void nodes.push(node) });
  return nodes;
}

function describe(node: AnyNode): string {
  if (isAlias(node)) return `*${node.source}`;
  if (isScalar(node)) return describeScalar(typeof node.value, String(node.value), node);
  return JSON.stringify([isMap(node) ? 'map' : 'list', node.items.length, node.anchor, node.tag]);
}

function describeScalar(type: string, value: string, { anchor, tag }: Scalar): string {
  return JSON.stringify([type, value, anchor, tag]);
}
