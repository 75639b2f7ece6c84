import { GitProtocolError } from './protocol-error.ts';

/**
 * Applies a delta (gitformat-pack, "Deltified representation"): its instructions copy ranges of the base or insert bytes.
 * @throws GitProtocolError when it reaches outside the base or makes something else than it announces, at most `limit` bytes
 */
export function applyDelta(base: Buffer, delta: Buffer, limit: number): Buffer {
  const source = readSize(delta, 0);
  const target = readSize(delta, source.next);
  if (source.value !== base.length) throw new GitProtocolError('a delta is for another base');
  if (target.value > limit) throw new GitProtocolError(`a delta makes ${target.value} bytes, more than ${limit}`);
  const made = Buffer.alloc(target.value);
  let written = 0;
  let position = target.next;
  while (position < delta.length) {
    const { bytes, next } = readInstruction(base, delta, position);
    if (written + bytes.length > made.length) throw new GitProtocolError('a delta makes more than it announces');
    bytes.copy(made, written);
    written += bytes.length;
    position = next;
  }
  if (written !== made.length) throw new GitProtocolError('a delta makes less than it announces');
  return made;
}

type Instruction = { readonly bytes: Buffer; readonly next: number };

function readInstruction(base: Buffer, delta: Buffer, position: number): Instruction {
  const operation = byteAt(delta, position);
  if (operation === 0) throw new GitProtocolError('a delta has a reserved instruction');
  return operation < 0x80 ? readInsert(delta, position + 1, operation) : readCopy(base, delta, position + 1, operation);
}

function readInsert(delta: Buffer, position: number, length: number): Instruction {
  const next = position + length;
  if (next > delta.length) throw new GitProtocolError('a delta is cut');
  return { bytes: delta.subarray(position, next), next };
}

/** Four bits of the operation say which bytes of the offset follow, three which of the length; absent bytes are 0. */
function readCopy(base: Buffer, delta: Buffer, position: number, operation: number): Instruction {
  let next = position;
  let offset = 0;
  let length = 0;
  for (let bit = 0; bit < 7; bit++) {
    if ((operation & (1 << bit)) === 0) continue;
    const value = byteAt(delta, next++);
    if (bit < 4) offset += value * 2 ** (8 * bit);
    else length += value * 2 ** (8 * (bit - 4));
  }
  const end = offset + (length === 0 ? 0x10000 : length);
  if (end > base.length) throw new GitProtocolError('a delta reaches outside its base');
  return { bytes: base.subarray(offset, end), next };
}

/** Little-endian groups of seven bits; the high bit says that another follows. */
function readSize(delta: Buffer, start: number): { readonly value: number; readonly next: number } {
  let value = 0;
  let position = start;
  for (let shift = 0; shift <= 42; shift += 7) {
    const byte = byteAt(delta, position++);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: position };
  }
  throw new GitProtocolError('a delta announces an impossible size');
}

function byteAt(delta: Buffer, position: number): number {
  const byte = delta[position];
  if (byte === undefined) throw new GitProtocolError('a delta is cut');
  return byte;
}
