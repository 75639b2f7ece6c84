import { createHash } from 'node:crypto';
import { type GitObject, objectId } from './objects.ts';
import { applyDelta } from './pack-delta.ts';
import { type PackEntry, readEntry } from './pack-entries.ts';
import { GitProtocolError } from './protocol-error.ts';

/** What Slipway takes from a server, in bytes: values files and their folders are far below. */
type PackLimits = { readonly object: number; readonly total: number };

const PACK_LIMITS: PackLimits = { object: 32 * 1024 * 1024, total: 256 * 1024 * 1024 };

const HEADER_BYTES = 12;
const CHECKSUM_BYTES = 20;
/** A header byte and an empty zlib stream. */
const SMALLEST_ENTRY_BYTES = 9;

/** Objects of a pack by id, deltas resolved. @throws GitProtocolError for anything that is cut, corrupt or beyond the limits */
export function readPack(pack: Buffer, limits: PackLimits = PACK_LIMITS): ReadonlyMap<string, GitObject> {
  const count = readCount(pack);
  const resolver = createResolver(limits);
  let position = HEADER_BYTES;
  const body = pack.subarray(0, pack.length - CHECKSUM_BYTES);
  for (let index = 0; index < count; index++) {
    const entry = readEntry(body, position, limits.object);
    resolver.add(entry);
    position = entry.end;
  }
  if (position !== body.length) throw new GitProtocolError('the pack holds more than it announces');
  return resolver.finish();
}

function readCount(pack: Buffer): number {
  if (pack.length < HEADER_BYTES + CHECKSUM_BYTES || pack.toString('latin1', 0, 4) !== 'PACK') throw new GitProtocolError('the answer holds no pack');
  if (pack.readUInt32BE(4) !== 2) throw new GitProtocolError(`the pack has version ${pack.readUInt32BE(4)}`);
  const checksum = createHash('sha1').update(pack.subarray(0, -CHECKSUM_BYTES)).digest();
  if (!checksum.equals(pack.subarray(-CHECKSUM_BYTES))) throw new GitProtocolError('the pack is cut or corrupt: its checksum differs');
  const count = pack.readUInt32BE(8);
  if (count * SMALLEST_ENTRY_BYTES > pack.length) throw new GitProtocolError(`the pack announces ${count} objects and has room for fewer`);
  return count;
}

type Delta = PackEntry & { readonly type: 'delta' };
/** Made only when its turn comes, so that the limit stops a pack of many deltas in time. */
type Unsettled = { readonly offset: number; make(): GitObject };
type Resolver = { add(entry: PackEntry): void; finish(): ReadonlyMap<string, GitObject> };

/** A delta may precede its base, so it waits under the base's offset or id. Bases are settled in a loop: chains may be long. */
function createResolver({ object: objectLimit, total }: PackLimits): Resolver {
  const objects = new Map<string, GitObject>();
  const byOffset = new Map<number, GitObject>();
  const waiting = new Map<number | string, Delta[]>();
  let bytes = 0;

  function settle(first: Unsettled): void {
    const pending = [first];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const object = next.make();
      bytes += object.body.length;
      if (bytes > total) throw new GitProtocolError(`the pack holds more than ${total} bytes; let the server filter (uploadpack.allowFilter)`);
      const id = objectId(object);
      objects.set(id, object);
      byOffset.set(next.offset, object);
      const deltas = [...take(waiting, next.offset), ...take(waiting, id)];
      pending.push(...deltas.map((delta) => onTopOf(object, delta, objectLimit)));
    }
  }

  return {
    add(entry) {
      if (entry.type !== 'delta') {
        settle({ offset: entry.offset, make: () => ({ type: entry.type, body: entry.data }) });
        return;
      }
      const base = typeof entry.base === 'number' ? byOffset.get(entry.base) : objects.get(entry.base);
      if (base !== undefined) settle(onTopOf(base, entry, objectLimit));
      else waiting.set(entry.base, [...(waiting.get(entry.base) ?? []), entry]);
    },
    finish() {
      if (waiting.size > 0) throw new GitProtocolError(`the pack lacks the base of ${waiting.size} deltas`);
      return objects;
    },
  };
}

function onTopOf(base: GitObject, delta: Delta, limit: number): Unsettled {
  return { offset: delta.offset, make: () => ({ type: base.type, body: applyDelta(base.body, delta.data, limit) }) };
}

function take(waiting: Map<number | string, Delta[]>, key: number | string): Delta[] {
  const deltas = waiting.get(key) ?? [];
  waiting.delete(key);
  return deltas;
}
