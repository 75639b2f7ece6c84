import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GitObject, objectId } from '../../../../src/adapters/git/objects.ts';
import { applyDelta } from '../../../../src/adapters/git/pack-delta.ts';
import { GitProtocolError } from '../../../../src/adapters/git/protocol-error.ts';
import { readPack } from '../../../../src/adapters/git/read-pack.ts';
import { writePack } from '../../../../src/adapters/git/write-pack.ts';

const BASE: GitObject = { type: 'blob', body: Buffer.from('0123456789') };
/** Copies bytes 2 to 6 of ten, then inserts `x`: `2345x`. */
const DELTA = Buffer.from([10, 5, 0b1001_0001, 2, 4, 1, 0x78]);
const RESULT: GitObject = { type: 'blob', body: Buffer.from('2345x') };
const OFFSET_DELTA = 6;
const REFERENCE_DELTA = 7;

type Entry = { readonly type: number; readonly size: number; readonly base?: Buffer; readonly data: Buffer };

function aPack(entries: readonly Entry[], { version = 2, count = entries.length } = {}): Buffer {
  const header = Buffer.concat([Buffer.from('PACK'), uint32(version), uint32(count)]);
  const body = entries.map(({ type, size, base = Buffer.alloc(0), data }) => Buffer.concat([Buffer.from([(type << 4) | size]), base, deflateSync(data)]));
  return sealed(Buffer.concat([header, ...body]));
}

function sealed(content: Buffer): Buffer {
  return Buffer.concat([content, createHash('sha1').update(content).digest()]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const base: Entry = { type: 3, size: 10, data: BASE.body };
const referenceDelta: Entry = { type: REFERENCE_DELTA, size: DELTA.length, base: Buffer.from(objectId(BASE), 'hex'), data: DELTA };

function offsetDelta(distance: number): Entry {
  return { type: OFFSET_DELTA, size: DELTA.length, base: Buffer.from([distance]), data: DELTA };
}

describe('readPack', () => {
  it('reads back every pack that Slipway writes', () => {
    const objects = fc.array(fc.record({ type: fc.constantFrom('commit', 'tree', 'blob', 'tag'), body: fc.uint8Array({ maxLength: 5000 }).map((bytes) => Buffer.from(bytes)) }));
    fc.assert(
      fc.property(objects, (written) => {
        expect(readPack(writePack(written))).toEqual(new Map(written.map((object) => [objectId(object), object])));
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['on an earlier entry', [base, offsetDelta(1 + deflateSync(BASE.body).length)]],
    ['on an object named before it', [base, referenceDelta]],
    ['on an object that comes after it', [referenceDelta, base]],
  ])('resolves a delta %s', (_what, entries) => {
    expect(readPack(aPack(entries)).get(objectId(RESULT))).toEqual(RESULT);
  });

  it('resolves a delta on a delta, in any order', () => {
    const second: Entry = { type: REFERENCE_DELTA, size: 6, base: Buffer.from(objectId(RESULT), 'hex'), data: Buffer.from([5, 2, 0b1001_0000, 1, 1, 0x79]) };
    for (const entries of [[base, referenceDelta, second], [second, referenceDelta, base]]) {
      expect([...readPack(aPack(entries)).values()].map(({ body }) => body.toString())).toContain('2y');
    }
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'no pack'],
    ['something else', sealed(Buffer.from('HTTP/1.1 200 OK')), 'no pack'],
    ['another version', aPack([base], { version: 3 }), 'version 3'],
    ['a flipped bit', flipped(aPack([base])), 'checksum'],
    ['a cut end', aPack([base]).subarray(0, -5), 'checksum'],
    ['fewer objects than announced', aPack([base], { count: 2 }), 'pack is cut'],
    ['more objects than announced', aPack([base, base], { count: 1 }), 'more than it announces'],
    ['an impossible number of objects', aPack([base], { count: 0xffffffff }), 'room for fewer'],
    ['an unknown type', aPack([{ ...base, type: 5 }]), 'unknown type 5'],
    ['an object longer than announced', aPack([{ ...base, size: 5 }]), 'cannot be inflated'],
    ['an object shorter than announced', aPack([{ ...base, size: 15 }]), 'shorter than it announces'],
    ['an object without end', sealed(Buffer.concat([aPack([], { count: 1 }).subarray(0, -20), Buffer.alloc(40, 0xff)])), 'impossible size'],
    ['a delta without its base', aPack([referenceDelta]), 'lacks the base'],
    ['a delta on itself', aPack([offsetDelta(0)]), 'outside the pack'],
    ['a delta from before the pack', aPack([base, offsetDelta(127)]), 'outside the pack'],
  ])('refuses %s', (_what, pack, reason) => {
    expect(() => readPack(pack)).toThrow(GitProtocolError);
    expect(() => readPack(pack)).toThrow(reason);
  });

  it('stops at its limits, for one object and for all of them', () => {
    const zeros: GitObject = { type: 'blob', body: Buffer.alloc(100_000) };
    expect(() => readPack(writePack([zeros]), { object: 99_999, total: 1_000_000 })).toThrow('object of 100000 bytes');
    expect(() => readPack(writePack([zeros, zeros, zeros]), { object: 100_000, total: 250_000 })).toThrow('more than 250000 bytes');
  });

  it('never takes a broken pack for anything but a broken pack', () => {
    const pack = aPack([base, referenceDelta]);
    const content = pack.subarray(0, -20);
    fc.assert(
      fc.property(fc.nat(content.length - 1), fc.integer({ min: 1, max: 255 }), (position, flip) => {
        const broken = Buffer.from(content);
        broken.writeUInt8(broken.readUInt8(position) ^ flip, position);
        try {
          readPack(sealed(broken));
        } catch (error) {
          expect(error).toBeInstanceOf(GitProtocolError);
        }
      }),
    );
  });
});

describe('applyDelta', () => {
  it.each([
    ['another base', [9, 5, 1, 0x78], 'another base'],
    ['more than the limit', [10, 0xff, 0xff, 0x7f], 'more than 1000'],
    ['more than it announces', [10, 1, 2, 0x78, 0x79], 'more than it announces'],
    ['less than it announces', [10, 3, 1, 0x78], 'less than it announces'],
    ['a range outside the base', [10, 5, 0b1001_0001, 8, 5], 'outside its base'],
    ['a whole block, which a length of 0 means', [10, 5, 0b1000_0000], 'outside its base'],
    ['a reserved instruction', [10, 5, 0], 'reserved'],
    ['a cut insert', [10, 5, 5, 0x78], 'cut'],
    ['a cut copy', [10, 5, 0b1001_0001, 2], 'cut'],
    ['a cut size', [10], 'cut'],
    ['an endless size', [10, 255, 255, 255, 255, 255, 255, 255, 255], 'impossible size'],
  ])('refuses %s', (_what, bytes, reason) => {
    expect(() => applyDelta(BASE.body, Buffer.from(bytes), 1000)).toThrow(GitProtocolError);
    expect(() => applyDelta(BASE.body, Buffer.from(bytes), 1000)).toThrow(reason);
  });
});

function flipped(pack: Buffer): Buffer {
  const copy = Buffer.from(pack);
  copy.writeUInt8(copy.readUInt8(20) ^ 1, 20);
  return copy;
}
