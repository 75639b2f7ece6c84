import { STAGES, type Timings } from '../../src/domain/timings.ts';
import { type Look, PLAIN } from './terminal.ts';

/** Characters of the widest bar and of the narrowest that still shows an order. */
const BAR = { widest: 40, narrowest: 10 };

/** Characters beside the bar: indent, stage, length, spaces. */
const BESIDE = 22;

/** Stage timings as bars on one time line, each with its length; the last line sums them up. */
export function waterfall(timings: Timings, { columns }: Look = PLAIN): string {
  const width = Math.max(BAR.narrowest, Math.min(BAR.widest, columns - BESIDE));
  const scale = timings.total === 0 ? 0 : width / timings.total;
  let begun = 0;
  const rows = STAGES.flatMap((stage) => {
    const length = timings[stage];
    if (length === undefined) return [];
    const from = Math.min(width - 1, Math.round(begun * scale));
    const bar = Math.min(width - from, Math.round(length * scale));
    begun += length;
    // Too short for a bar, but it was there.
    const drawn = bar === 0 ? '▏' : '█'.repeat(bar);
    return [`  ${stage.padEnd(8)} ${(' '.repeat(from) + drawn).padEnd(width)} ${seconds(length)}`];
  });
  const total = `  ${'total'.padEnd(8)} ${' '.repeat(width)} ${seconds(timings.total)}`;
  return [...rows, total, `  of which Slipway's own (overhead): ${seconds(timings.overhead).trim()}`].join('\n');
}

/** Milliseconds as seconds for people, padded to a column: `0.04 s`, `12.30 s`, `3 min 20 s`. */
export function seconds(milliseconds: number): string {
  if (milliseconds < 120_000) return `${(milliseconds / 1000).toFixed(2)} s`.padStart(10);
  const whole = Math.round(milliseconds / 1000);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`.padStart(10);
}
