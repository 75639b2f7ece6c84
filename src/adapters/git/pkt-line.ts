import { GitProtocolError } from './protocol-error.ts';

/** Framing of Git's wire protocol (gitprotocol-common): four hex digits of length, then the payload; small lengths are marks. */
export type Packet = { readonly kind: 'data'; readonly payload: Buffer } | { readonly kind: 'flush' | 'delimiter' | 'response-end' };

export const FLUSH = Buffer.from('0000');
export const DELIMITER = Buffer.from('0001');

const LENGTH_DIGITS = 4;
const MARKS: readonly ('flush' | 'delimiter' | 'response-end')[] = ['flush', 'delimiter', 'response-end'];

export function dataPacket(payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload);
  const length = (bytes.length + LENGTH_DIGITS).toString(16).padStart(LENGTH_DIGITS, '0');
  return Buffer.concat([Buffer.from(length), bytes]);
}

/** @throws GitProtocolError where the bytes end within a packet */
export function readPackets(bytes: Buffer): Packet[] {
  const packets: Packet[] = [];
  let position = 0;
  while (position < bytes.length) {
    const digits = bytes.toString('latin1', position, position + LENGTH_DIGITS);
    if (!/^[0-9a-f]{4}$/i.test(digits)) throw new GitProtocolError(`no packet length at byte ${position}`);
    const length = Number.parseInt(digits, 16);
    const mark = MARKS[length];
    if (mark !== undefined) {
      packets.push({ kind: mark });
      position += LENGTH_DIGITS;
      continue;
    }
    if (length < LENGTH_DIGITS || position + length > bytes.length) throw new GitProtocolError(`a packet of ${length} bytes is cut at byte ${bytes.length}`);
    packets.push({ kind: 'data', payload: bytes.subarray(position + LENGTH_DIGITS, position + length) });
    position += length;
  }
  return packets;
}

/** Payload of a text packet without its line end. */
export function textOf(payload: Buffer): string {
  return payload.toString('utf8').replace(/\n$/, '');
}
