/** From one instant to another, both in epoch milliseconds. */
export type Interval = { readonly from: number; readonly to: number };

/** Milliseconds that at least one of the intervals covers. */
export function covered(intervals: readonly Interval[]): number {
  let total = 0;
  let end = -Infinity;
  for (const { from, to } of intervals.toSorted((a, b) => a.from - b.from)) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total;
}

/** The part of `inner` that lies inside `outer`. */
export function within({ from, to }: Interval, outer: Interval): Interval {
  const start = Math.min(Math.max(from, outer.from), outer.to);
  return { from: start, to: Math.max(start, Math.min(to, outer.to)) };
}
