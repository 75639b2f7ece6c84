import type { Instant } from '../../domain/instant.ts';

/** A schedule in the dialect of Argo CD's sync windows: five fields, as github.com/robfig/cron/v3 reads them. */
export type CronSchedule = {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly daysOfWeek: ReadonlySet<number>;
  /** Both day fields are restricted, so that either one is enough; a star leaves the day to the other field. */
  readonly eitherDay: boolean;
};

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** No clock was ever set back by more than this at once, but for whole days. */
const LONGEST_CHANGE_MS = 3 * HOUR_MS;
/** A schedule without a day within five years, as 30 February, never fires. */
const HORIZON_DAYS = 5 * 366;

/** Null for a schedule that cannot be read. */
export function parseCron(schedule: string): CronSchedule | null {
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5) return null;
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = fields;
  const minutes = parseField(minute, 0, 59, []);
  const hours = parseField(hour, 0, 23, []);
  const daysOfMonth = parseField(dayOfMonth, 1, 31, []);
  const months = parseField(month, 1, 12, ['', ...MONTHS]);
  const daysOfWeek = parseField(dayOfWeek, 0, 6, DAYS);
  if (minutes === null || hours === null || daysOfMonth === null || months === null || daysOfWeek === null) return null;
  return { minutes, hours, daysOfMonth: new Set(daysOfMonth), months: new Set(months), daysOfWeek: new Set(daysOfWeek), eitherDay: !isStar(dayOfMonth) && !isStar(dayOfWeek) };
}

/** The first time after `after` at which the schedule fires on the clocks of the time zone; null if never, or for an unknown zone. */
export function nextTime(schedule: CronSchedule, after: Instant, timeZone: string): Instant | null {
  const zone = zoneClock(timeZone);
  if (zone === null) return null;
  const since = Date.parse(after);
  // Days and hours are those of the zone's wall clock, counted as if it were UTC. A zone may go back, but by less than a day.
  const wallNow = since + zone.offset(since);
  const firstDay = Math.floor(wallNow / DAY_MS) - 1;
  for (let day = firstDay; day < firstDay + HORIZON_DAYS; day++) {
    if (!firesOn(schedule, new Date(day * DAY_MS))) continue;
    for (const wall of wallTimes(schedule, day)) {
      const time = wall < wallNow - LONGEST_CHANGE_MS ? null : zone.instant(wall);
      if (time !== null && time > since) return new Date(time).toISOString();
    }
  }
  return null;
}

function wallTimes({ hours, minutes }: CronSchedule, day: number): readonly number[] {
  return hours.flatMap((hour) => minutes.map((minute) => day * DAY_MS + hour * HOUR_MS + minute * 60_000));
}

function firesOn({ months, daysOfMonth, daysOfWeek, eitherDay }: CronSchedule, day: Date): boolean {
  if (!months.has(day.getUTCMonth() + 1)) return false;
  const byMonth = daysOfMonth.has(day.getUTCDate());
  const byWeek = daysOfWeek.has(day.getUTCDay());
  return eitherDay ? byMonth || byWeek : byMonth && byWeek;
}

/** A field is a list of `*`, `a`, `a-b`, each with an optional `/step`; `a/step` runs to the end. Sorted, without doubles. */
function parseField(field: string, low: number, high: number, names: readonly string[]): readonly number[] | null {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const range = parseRange(part, low, high, names);
    if (range === null) return null;
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function parseRange(part: string, low: number, high: number, names: readonly string[]): { from: number; to: number; step: number } | null {
  const [, first = '', last, every] = /^(\*|\?|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
  const star = first === '*' || first === '?';
  const from = star ? low : valueOf(first, names);
  const to = last === undefined ? (star || every !== undefined ? high : from) : valueOf(last, names);
  const step = every === undefined ? 1 : Number(every);
  const valid = from >= low && to <= high && from <= to && step > 0 && !(star && last !== undefined);
  return valid ? { from, to, step } : null;
}

/** NaN for what is neither a number nor a name. */
function valueOf(text: string, names: readonly string[]): number {
  if (/^\d+$/.test(text)) return Number(text);
  const named = names.indexOf(text.toUpperCase());
  return named < 0 ? Number.NaN : named;
}

/** With a step above one a star restricts its field like a list. */
function isStar(field: string): boolean {
  return field.split(',').some((part) => /^[*?](\/1)?$/.test(part));
}

type ZoneClock = {
  /** How far the zone's wall clock is ahead of UTC at an instant, in milliseconds. */
  offset(instant: number): number;
  /** The instant at which the wall clock shows this; null in the gap of a change to summer time. */
  instant(wall: number): number | null;
};

const UTC_CLOCK: ZoneClock = { offset: () => 0, instant: (wall) => wall };

function zoneClock(timeZone: string): ZoneClock | null {
  if (timeZone === 'UTC') return UTC_CLOCK;
  const format = zoneFormat(timeZone);
  if (format === null) return null;
  const offset = (instant: number): number => {
    const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const wall = Date.UTC(parts['year'] ?? 0, (parts['month'] ?? 1) - 1, parts['day'], parts['hour'], parts['minute'], parts['second']);
    return wall - Math.floor(instant / 1000) * 1000;
  };
  return {
    offset,
    instant(wall) {
      // The offset before the change and the one after it: the first that fits is the wall clock's first reading.
      const guesses = [wall - offset(wall - DAY_MS), wall - offset(wall + DAY_MS)];
      return guesses.find((guess) => guess + offset(guess) === wall) ?? null;
    },
  };
}

function zoneFormat(timeZone: string): Intl.DateTimeFormat | null {
  const fields = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...fields });
  } catch {
    return null;
  }
}
