/** The longest range that one instruction copies: what git itself writes. */
const COPY_LIMIT = 0x10000;
const INSERT_LIMIT = 0x7f;

/** A delta (gitformat-pack, "Deltified representation") for an edit in one place: what is equal at both ends is copied, what lies between inserted. */
export function writeDelta(base: Buffer, target: Buffer): Buffer {
  const shorter = Math.min(base.length, target.length);
  let start = 0;
  while (start < shorter && base[start] === target[start]) start++;
  let end = 0;
  while (end < shorter - start && base[base.length - 1 - end] === target[target.length - 1 - end]) end++;
  return Buffer.concat([
    size(base.length),
    size(target.length),
    ...copies(0, start),
    ...inserts(target.subarray(start, target.length - end)),
    ...copies(base.length - end, base.length),
  ]);
}

function copies(from: number, to: number): Buffer[] {
  const instructions: Buffer[] = [];
  for (let offset = from; offset < to; offset += COPY_LIMIT) instructions.push(copy(offset, Math.min(COPY_LIMIT, to - offset)));
  return instructions;
}

/** Four bytes of offset and two of length, of which a bit each says that it is there; a length of 0 means 64 KiB. */
function copy(offset: number, length: number): Buffer {
  const instruction = Buffer.alloc(7);
  instruction.writeUInt8(0b1011_1111);
  instruction.writeUInt32LE(offset, 1);
  instruction.writeUInt16LE(length % COPY_LIMIT, 5);
  return instruction;
}

function inserts(bytes: Buffer): Buffer[] {
  const instructions: Buffer[] = [];
  for (let position = 0; position < bytes.length; position += INSERT_LIMIT) {
    const piece = bytes.subarray(position, position + INSERT_LIMIT);
    instructions.push(Buffer.from([piece.length]), piece);
  }
  return instructions;
}

/** Little-endian groups of seven bits; the high bit says that another follows. */
function size(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
