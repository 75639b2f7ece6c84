import { isAlias, isMap, isScalar, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { ParsedDocument } from './values-document.ts';
import type { LocatedScalar, MissingKeys } from './values-place.ts';

/** What a file means: values with their types, keys in their order, anchors, tags, and aliases by name. */
type Shape = null | string | readonly Shape[];

/** The one thing that an edit changes: a scalar, or keys that are added for it. */
export type Wanted = { readonly value: string; readonly place: LocatedScalar | MissingKeys };

/** Whether the edited file means what the file means, but for what was wanted. */
export function differsOnlyIn(before: readonly ParsedDocument[], wanted: Wanted, after: readonly ParsedDocument[]): boolean {
  const shapes = before.map(({ contents }) => shapeOf(contents, wanted));
  const expected = 'below' in wanted.place && wanted.place.below === 'file' ? [['map', ...NO_PROPERTIES, added(wanted.place.keys, wanted.value)]] : shapes;
  return JSON.stringify(expected) === JSON.stringify(after.map(({ contents }) => shapeOf(contents, null)));
}

function shapeOf(node: unknown, wanted: Wanted | null): Shape {
  if (node === null) return null;
  if (isAlias(node)) return ['alias', node.source];
  if (isScalar(node)) return scalarShape(node, wanted);
  const collection = node as YAMLMap | YAMLSeq;
  if (!isMap(collection)) return ['list', ...properties(collection), ...collection.items.map((item) => shapeOf(item, wanted))];
  const pairs = collection.items.map(({ key, value }): Shape => [shapeOf(key, wanted), shapeOf(value, wanted)]);
  return ['map', ...properties(collection), ...pairs, ...addedTo(collection, wanted)];
}

function scalarShape(node: Scalar, wanted: Wanted | null): Shape {
  if (wanted !== null && 'node' in wanted.place && wanted.place.node === node) return ['string', wanted.value, ...properties(node)];
  const pairs = addedTo(node, wanted);
  return pairs.length > 0 ? ['map', ...properties(node), ...pairs] : [typeof node.value, String(node.value), ...properties(node)];
}

function addedTo(node: YAMLMap | Scalar, wanted: Wanted | null): readonly Shape[] {
  if (wanted === null || !('below' in wanted.place) || wanted.place.below === 'file') return [];
  const { keys, below } = wanted.place;
  return ('map' in below ? below.map : below.empty.node) === node ? [added(keys, wanted.value)] : [];
}

const NO_PROPERTIES = ['', ''] as const;

/** A new pair: each key below the one before, the value below the last. */
function added([key = '', ...below]: readonly string[], value: string): Shape {
  return [['string', key, ...NO_PROPERTIES], below.length === 0 ? ['string', value, ...NO_PROPERTIES] : ['map', ...NO_PROPERTIES, added(below, value)]];
}

function properties({ anchor, tag }: { readonly anchor?: string | undefined; readonly tag?: string | undefined }): readonly [string, string] {
  return [anchor ?? '', tag ?? ''];
}
