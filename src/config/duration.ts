import type { Milliseconds } from '../domain/instant.ts';

const UNITS: Readonly<Record<string, Milliseconds>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

export const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/;

/** `90s`, `10m` or `1.5h` in milliseconds; undefined for anything else. */
export function parseDuration(text: string): Milliseconds | undefined {
  const match = DURATION.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
}
