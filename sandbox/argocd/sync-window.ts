import { globMatches } from '../glob.ts';
import type { Project, SyncWindow } from './manifests.ts';

type Schedule = readonly ReadonlySet<number>[];

const FIELDS = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  { name: 'day of week', from: 0, to: 6 },
] as const;
const MINUTE = 60_000;

/** A cron schedule of five fields in UTC; each a number, a range, a list, or `*`, with an optional `/step`. Refuses all else. */
export function parseSchedule(text: string): Schedule {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) throw new Error(`The sandbox's Argo CD cannot read the schedule "${text}": it must have five fields.`);
  return FIELDS.map((field, index) => new Set((fields[index] ?? '').split(',').flatMap((part) => expand(part, field, text))));
}

function expand(part: string, { name, from, to }: (typeof FIELDS)[number], schedule: string): number[] {
  const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
  const [, first, last, step] = match ?? [];
  const low = first === undefined ? from : Number(first);
  const high = last !== undefined ? Number(last) : first === undefined || step !== undefined ? to : low;
  const by = Number(step ?? 1);
  if (match === null || low < from || high > to || low > high || by === 0) {
    throw new Error(`The sandbox's Argo CD cannot read the ${name} "${part}" of the schedule "${schedule}".`);
  }
  return Array.from({ length: Math.floor((high - low) / by) + 1 }, (_, index) => low + index * by);
}

/** Milliseconds of a duration in hours and minutes, as `1h30m`. */
export function parseWindowDuration(text: string): number {
  const match = /^(?=\d)(?:(\d+)h)?(?:(\d+)m)?$/.exec(text);
  if (match === null) throw new Error(`The sandbox's Argo CD cannot read the duration "${text}": write hours and minutes, as 1h30m.`);
  return (Number(match[1] ?? 0) * 60 + Number(match[2] ?? 0)) * MINUTE;
}

/** Windows of the project that name the application, those of them that are open now, and whether a sync may start. */
export function syncWindows(project: Project, application: string, now: Date): { assigned: SyncWindow[]; active: SyncWindow[]; canSync: (manual: boolean) => boolean } {
  const assigned = (project.spec.syncWindows ?? []).filter(({ applications }) => applications.some((pattern) => globMatches(pattern, application)));
  const active = assigned.filter((window) => isActive(window, now));
  return { assigned, active, canSync: (manual) => canSync(assigned, active, manual) };
}

/** Argo CD's order: an active deny wins, then an active allow, then an allow that is not active denies. */
function canSync(assigned: readonly SyncWindow[], active: readonly SyncWindow[], manual: boolean): boolean {
  const denies = active.filter(({ kind }) => kind === 'deny');
  if (denies.length > 0) return manual && denies.every(({ manualSync }) => manualSync);
  if (active.length > 0) return true;
  const closed = assigned.filter(({ kind }) => kind === 'allow');
  return closed.length === 0 || (manual && closed.every(({ manualSync }) => manualSync));
}

/** A window is active if its schedule began it at a minute within its duration before now. */
function isActive({ schedule, duration }: SyncWindow, now: Date): boolean {
  const fields = parseSchedule(schedule);
  const current = Math.floor(now.getTime() / MINUTE) * MINUTE;
  for (let begin = current; begin > now.getTime() - parseWindowDuration(duration); begin -= MINUTE) {
    if (beginsAt(fields, new Date(begin))) return true;
  }
  return false;
}

function beginsAt(schedule: Schedule, time: Date): boolean {
  const parts = [time.getUTCMinutes(), time.getUTCHours(), time.getUTCDate(), time.getUTCMonth() + 1, time.getUTCDay()];
  const fits = parts.map((part, index) => schedule[index]?.has(part) ?? false);
  const [minute, hour, date, month, day] = fits;
  // Cron's rule: with both days restricted, either of them is enough.
  const restricted = schedule[2]?.size !== 31 && schedule[4]?.size !== 7;
  return Boolean(minute && hour && month && (restricted ? date || day : date && day));
}
