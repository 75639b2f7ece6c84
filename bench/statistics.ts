/** Half of the values, and 95 of 100, are at most these; in the unit of the values. */
export type Summary = { readonly count: number; readonly p50: number; readonly p95: number; readonly max: number };

/** Null for no values: a figure that was not measured is not 0. */
export function summarize(values: readonly number[], decimals = 1): Summary | null {
  if (values.length === 0) return null;
  const at = (percent: number): number => rounded(percentile(values, percent), decimals);
  return { count: values.length, p50: at(50), p95: at(95), max: at(100) };
}

/** By nearest rank: always one of the values, never one in between. */
function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error('No values have no percentile.');
  return value;
}

export function mean(values: readonly number[]): number {
  return rounded(values.reduce((sum, value) => sum + value, 0) / values.length);
}

/** One decimal unless more are asked for: what lies below is noise. */
export function rounded(value: number, decimals = 1): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}
