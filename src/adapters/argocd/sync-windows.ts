import * as z from 'zod/mini';
import type { ClosedWindow, SyncStarter } from '../../domain/sync.ts';
import { elapsed, type Instant, later } from '../../domain/instant.ts';
import { type CronSchedule, nextTime, parseCron } from './cron.ts';

const Window = z.object({
  kind: z.enum(['allow', 'deny']),
  schedule: z.string(),
  duration: z.string(),
  manualSync: z.nullish(z.boolean()),
  timeZone: z.nullish(z.string()),
});
export type SyncWindow = z.infer<typeof Window>;

/** Answer of `GET …/syncwindows`: the windows that apply to an Application. `canSync` is about a manual sync. */
export const SyncWindowsSchema = z.object({ canSync: z.nullish(z.boolean()), assignedWindows: z.nullish(z.array(Window)) });

type Parsed = { readonly window: SyncWindow; readonly schedule: CronSchedule; readonly duration: number; readonly timeZone: string };

/** How many openings and closings are looked at before the end counts as not computable. */
const MOST_CHANGES = 200;

/** The window that keeps the starter from syncing now; null if none does. */
export function closedWindow(windows: readonly SyncWindow[], starter: SyncStarter, now: Instant): ClosedWindow | null {
  const parsed = windows.flatMap((window) => parseWindow(window) ?? []);
  const blocker = blockedBy(parsed, starter, now);
  if (blocker === null) return null;
  return { window: describeWindow(blocker.window), until: parsed.length === windows.length ? opensAt(parsed, starter, now) : null };
}

function describeWindow({ kind, schedule, duration, timeZone }: SyncWindow): string {
  return `${kind} ${schedule} for ${duration}${timeZone === undefined || timeZone === null || timeZone === '' ? '' : ` in ${timeZone}`}`;
}

function opensAt(windows: readonly Parsed[], starter: SyncStarter, now: Instant): Instant | null {
  let at: Instant | null = now;
  for (let change = 0; at !== null && change < MOST_CHANGES; change++) {
    at = nextChange(windows, at);
    if (at !== null && blockedBy(windows, starter, at) === null) return at;
  }
  return null;
}

/**
 * The rule of SyncWindows.CanSync in Argo CD's types.go: an active deny window forbids; else an active allow window permits; else any
 * allow window forbids while it is inactive. A manual sync passes if every window that forbids allows manual syncs.
 */
function blockedBy(windows: readonly Parsed[], starter: SyncStarter, now: Instant): Parsed | null {
  const active = windows.filter((window) => isActive(window, now));
  const denying = active.filter(({ window }) => window.kind === 'deny');
  if (denying.length > 0) return forbidding(denying, starter);
  if (active.length > 0) return null;
  return forbidding(windows.filter(({ window }) => window.kind === 'allow'), starter);
}

function forbidding(windows: readonly Parsed[], starter: SyncStarter): Parsed | null {
  if (starter === 'auto-sync') return windows[0] ?? null;
  return windows.find(({ window }) => window.manualSync !== true) ?? null;
}

/** Active while it fired less than its duration ago. */
function isActive(window: Parsed, now: Instant): boolean {
  return firstStart(window, now, window.duration) !== null;
}

/** The earliest start within the time before `now`; null if there was none. */
function firstStart({ schedule, timeZone }: Parsed, now: Instant, within: number): Instant | null {
  const start = nextTime(schedule, later(now, -within), timeZone);
  return start !== null && elapsed(start, now) >= 0 ? start : null;
}

/** When the next window begins, or a running one may end. */
function nextChange(windows: readonly Parsed[], now: Instant): Instant | null {
  const changes = windows.flatMap((window) => {
    const start = firstStart(window, now, window.duration);
    return [start === null ? null : later(start, window.duration), nextTime(window.schedule, now, window.timeZone)];
  });
  return changes.reduce((first, change) => (change !== null && (first === null || Date.parse(change) < Date.parse(first)) ? change : first), null);
}

function parseWindow(window: SyncWindow): Parsed | null {
  const schedule = parseCron(window.schedule);
  const duration = parseDuration(window.duration);
  const timeZone = window.timeZone === undefined || window.timeZone === null || window.timeZone === '' ? 'UTC' : window.timeZone;
  return schedule === null || duration === null ? null : { window, schedule, duration, timeZone };
}

const UNITS = { h: 3_600_000, m: 60_000, s: 1000 } as const;

/** Go's durations in the units that windows use, as `1h30m`; null for others. */
function parseDuration(text: string): number | null {
  if (!/^(\d+[hms])+$/.test(text)) return null;
  return [...text.matchAll(/(\d+)([hms])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit as keyof typeof UNITS], 0);
}
