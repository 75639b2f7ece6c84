import { inflateSync } from 'node:zlib';
import type { ObjectType } from './objects.ts';
import { GitProtocolError } from './protocol-error.ts';

/** One entry of a pack as it is stored (gitformat-pack): a whole object, or a delta on an earlier entry or a named object. */
export type PackEntry = {
  readonly offset: number;
  /** Where the next entry begins. */
  readonly end: number;
  readonly data: Buffer;
} & ({ readonly type: ObjectType } | { readonly type: 'delta'; readonly base: number | string });

const TYPES: readonly (ObjectType | undefined)[] = [undefined, 'commit', 'tree', 'blob', 'tag'];
const OFFSET_DELTA = 6;
const REFERENCE_DELTA = 7;
const ID_BYTES = 20;

/** Reads the entry at `offset`. @throws GitProtocolError when it is cut, corrupt, or larger than `limit` bytes */
export function readEntry(pack: Buffer, offset: number, limit: number): PackEntry {
  const { type, size, next } = readHeader(pack, offset);
  if (size > limit) throw new GitProtocolError(`the pack holds an object of ${size} bytes, and Slipway reads ${limit}`);
  const whole = TYPES[type];
  if (whole !== undefined) return { offset, type: whole, ...inflate(pack, next, size) };
  const base = readBase(pack, offset, type, next);
  return { offset, type: 'delta', base: base.value, ...inflate(pack, base.next, size) };
}

/** Three bits of type and four of size, then seven bits of size per byte. */
function readHeader(pack: Buffer, offset: number): { readonly type: number; readonly size: number; readonly next: number } {
  let position = offset;
  let byte = byteAt(pack, position++);
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  for (let shift = 4; byte >= 0x80; shift += 7) {
    if (shift > 46) throw new GitProtocolError('the pack announces an impossible size');
    byte = byteAt(pack, position++);
    size += (byte & 0x7f) * 2 ** shift;
  }
  return { type, size, next: position };
}

function readBase(pack: Buffer, offset: number, type: number, position: number): { readonly value: number | string; readonly next: number } {
  if (type === REFERENCE_DELTA) return { value: pack.toString('hex', position, position + ID_BYTES), next: position + ID_BYTES };
  if (type !== OFFSET_DELTA) throw new GitProtocolError(`the pack holds an entry of unknown type ${type}`);
  let next = position;
  let byte = byteAt(pack, next++);
  let distance = byte & 0x7f;
  while (byte >= 0x80) {
    byte = byteAt(pack, next++);
    distance = (distance + 1) * 128 + (byte & 0x7f);
    if (distance > offset) break;
  }
  if (distance === 0 || distance > offset) throw new GitProtocolError('a delta names a base outside the pack');
  return { value: offset - distance, next };
}

/** Bounded by the announced size, so that a small pack cannot fill the memory. */
function inflate(pack: Buffer, position: number, size: number): { readonly data: Buffer; readonly end: number } {
  try {
    const inflated: unknown = inflateSync(pack.subarray(position), { info: true, maxOutputLength: Math.max(size, 1) });
    const { buffer, engine } = inflated as { buffer: Buffer; engine: { bytesWritten: number } };
    if (buffer.length === size) return { data: buffer, end: position + engine.bytesWritten };
  } catch (error) {
    throw new GitProtocolError(`the pack cannot be inflated at byte ${position}`, { cause: error });
  }
  throw new GitProtocolError(`the pack holds an object that is shorter than it announces, at byte ${position}`);
}

function byteAt(pack: Buffer, position: number): number {
  const byte = pack[position];
  if (byte === undefined) throw new GitProtocolError('the pack is cut');
  return byte;
}
