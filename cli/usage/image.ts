import { InvalidArgumentError } from 'commander';

/** A tag as ECR takes it. */
export function imageTag(text: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(text)) return text;
  throw new InvalidArgumentError('It has letters, digits, `_`, `.` and `-`, at most 128.');
}

export function imageDigest(text: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError('It is sha256: and 64 hexadecimal digits.');
}
