/**
 * How a process's streams share a connection: a byte for the kind, four for the length, the bytes. To the launcher go `stdin` (empty at
 * its end), from it come `stdout` and `stderr`, and at last `end` with an Ended in JSON.
 */
export type Frame = { readonly kind: 'stdin' | 'stdout' | 'stderr' | 'end'; readonly bytes: Buffer };

export type Ended = { readonly code: number | null } | { readonly error: string };

const KINDS: readonly Frame['kind'][] = ['stdin', 'stdout', 'stderr', 'end'];
const HEADER = 5;

export function frame(kind: Frame['kind'], bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(KINDS.indexOf(kind));
  header.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([header, bytes]);
}

/** Puts frames together from what arrives; a chunk may hold several, or a part of one. */
export function frameReader(): (chunk: Buffer) => readonly Frame[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: Frame[] = [];
    while (rest.length >= HEADER) {
      const end = HEADER + rest.readUInt32BE(1);
      if (rest.length < end) break;
      const kind = KINDS[rest.readUInt8()];
      if (kind === undefined) throw new Error(`A frame has the unknown kind ${rest.readUInt8()}.`);
      frames.push({ kind, bytes: rest.subarray(HEADER, end) });
      rest = rest.subarray(end);
    }
    return frames;
  };
}
