/** Data types of SSH (RFC 4251, section 5), as keys and signatures are made of them. */

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A string: its length, then its bytes. */
export function sshString(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** A number that is not negative: no zeros before it, but one where its first bit would be a sign. */
export function mpint(magnitude: Buffer): Buffer {
  const first = magnitude.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Buffer.alloc(0) : magnitude.subarray(first);
  return sshString((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

export type SshReader = {
  uint32(): number;
  string(): Buffer;
  /** The bytes of a number without zeros before it. */
  mpint(): Buffer;
};

/** Reads one value after the other. @throws RangeError where the bytes end too early */
export function readSsh(bytes: Buffer): SshReader {
  let position = 0;

  function take(length: number): Buffer {
    if (position + length > bytes.length) throw new RangeError('the data ends too early');
    position += length;
    return bytes.subarray(position - length, position);
  }

  function string(): Buffer {
    return take(take(4).readUInt32BE());
  }

  return {
    uint32: () => take(4).readUInt32BE(),
    string,
    mpint() {
      const digits = string();
      return digits[0] === 0 ? digits.subarray(1) : digits;
    },
  };
}
