import { createHash, randomInt } from 'node:crypto';

/** Kubernetes' alphabet for generated names: no vowels, so no words. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** What the API server appends to `generateName`. */
export function randomSuffix(): string {
  return Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** Value of `pod-template-hash`: looks like the controller's and is as stable, though computed by another hash function. */
export function templateHash(template: object): string {
  const sum = createHash('sha256').update(JSON.stringify(sorted(template))).digest().readUInt32BE(0);
  return [...String(sum)].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]));
}
