import { STAGES, type Timings } from '../../src/domain/timings.ts';

const WIDTH = 40;

/** Stage timings as bars on one time line, each with its length; the last line sums them up. */
export function waterfall(timings: Timings): string {
  const scale = timings.total === 0 ? 0 : WIDTH / timings.total;
  let begun = 0;
  const rows = STAGES.flatMap((stage) => {
    const length = timings[stage];
    if (length === undefined) return [];
    const from = Math.min(WIDTH - 1, Math.round(begun * scale));
    const bar = Math.max(1, Math.min(WIDTH - from, Math.round(length * scale)));
    begun += length;
    return [`  ${stage.padEnd(8)} ${' '.repeat(from)}${'█'.repeat(bar)}${' '.repeat(WIDTH - from - bar)} ${seconds(length)}`];
  });
  return [...rows, `  ${'total'.padEnd(8)} ${' '.repeat(WIDTH)} ${seconds(timings.total)}  (overhead ${seconds(timings.overhead).trim()})`].join('\n');
}

/** Milliseconds as seconds for people: `0.04 s`, `12.30 s`, `3 min 20 s`. */
export function seconds(milliseconds: number): string {
  if (milliseconds < 120_000) return `${(milliseconds / 1000).toFixed(2)} s`.padStart(9);
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`.padStart(9);
}
