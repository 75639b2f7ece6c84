import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { GitObject, NewObject, ObjectType } from './objects.ts';
import { writeDelta } from './write-delta.ts';

const TYPE_NUMBERS: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
const REFERENCE_DELTA = 7;

/** Below this an object goes whole: deflated, it fits into what TCP sends before the first acknowledgement (10 segments, RFC 6928). */
const DELTA_FROM_BYTES = 16 * 1024;

export type PackedObject = GitObject & Pick<NewObject, 'replaces'>;

/** A pack (gitformat-pack). A large object that replaces another goes as a delta on it, so the pack may be thin: without that base. */
export function writePack(objects: readonly PackedObject[]): Buffer {
  const header = Buffer.alloc(12);
  header.write('PACK');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.length, 8);
  const content = Buffer.concat([header, ...objects.flatMap(packEntry)]);
  return Buffer.concat([content, createHash('sha1').update(content).digest()]);
}

/** Whether the object would go as a delta on one that the receiver must have. */
export function goesAsDelta({ body, replaces }: PackedObject): boolean {
  return replaces !== undefined && body.length >= DELTA_FROM_BYTES;
}

function packEntry(object: PackedObject): readonly Buffer[] {
  const { type, body, replaces } = object;
  if (replaces === undefined || !goesAsDelta(object)) return [entryHeader(TYPE_NUMBERS[type], body.length), deflateSync(body)];
  const delta = writeDelta(replaces.body, body);
  return [entryHeader(REFERENCE_DELTA, delta.length), Buffer.from(replaces.id, 'hex'), deflateSync(delta)];
}

/** Three bits of type and four of size, then seven bits of size per byte. */
function entryHeader(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (type << 4) | (size & 15);
  for (let rest = size >>> 4; rest > 0; rest >>>= 7) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  return Buffer.from([...bytes, byte]);
}
