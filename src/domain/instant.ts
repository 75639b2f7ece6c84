/** A moment as ISO-8601 in UTC with milliseconds, as `2026-01-02T03:04:05.678Z`. Domain code never asks for the current one. */
export type Instant = string;

/** A length of time in whole milliseconds. */
export type Milliseconds = number;

/** The instant `ms` after `instant`. */
export function later(instant: Instant, ms: Milliseconds): Instant {
  return new Date(Date.parse(instant) + ms).toISOString();
}

/** Milliseconds from `from` to `to`; negative when `to` is the earlier one. */
export function elapsed(from: Instant, to: Instant): Milliseconds {
  return Date.parse(to) - Date.parse(from);
}

/** The later of two instants. Accepts any ISO-8601 precision, since Kubernetes and Argo CD send whole seconds. */
export function latest(a: Instant, b: Instant): Instant {
  return Date.parse(a) >= Date.parse(b) ? a : b;
}

/** The earlier of two instants, of any precision. */
export function earliest(a: Instant, b: Instant): Instant {
  return Date.parse(a) <= Date.parse(b) ? a : b;
}

/**
 * When something happened that its source tells to the second: the latest it can have been, but not after what it caused. So a
 * length measured from it holds no time that may not have passed; it is up to a second short.
 */
export function knownToTheSecond(instant: Instant, effect: Instant): Instant {
  const end = later(instant, 999);
  return latest(end, effect) === end ? new Date(effect).toISOString() : end;
}
