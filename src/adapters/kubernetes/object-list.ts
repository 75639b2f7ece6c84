import * as z from 'zod/mini';
import { parseObject } from './object-schema.ts';

const Identity = z.object({ metadata: z.object({ uid: z.string() }) });

/** The objects of one kind in one namespace, as the last list and the watch since then have them. */
export type ObjectList<T> = {
  /** Plural of the kind, for messages. */
  readonly plural: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  replace(objects: readonly unknown[]): void;
  set(object: unknown): void;
  remove(object: unknown): void;
  /** Null until the first list. */
  values(): readonly T[] | null;
};

export function createObjectList<T>(path: string, parse: (object: unknown) => T, query: Readonly<Record<string, string>> = {}): ObjectList<T> {
  const plural = path.slice(path.lastIndexOf('/') + 1);
  const uidOf = (object: unknown) => parseObject(Identity, plural, object).metadata.uid;
  let objects: Map<string, T> | null = null;
  return {
    plural,
    path,
    query,
    replace(listed) {
      objects = new Map(listed.map((object) => [uidOf(object), parse(object)]));
    },
    set: (object) => void objects?.set(uidOf(object), parse(object)),
    remove: (object) => void objects?.delete(uidOf(object)),
    values: () => (objects === null ? null : [...objects.values()]),
  };
}
