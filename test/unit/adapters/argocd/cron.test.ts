import { describe, expect, it } from 'vitest';
import { nextTime, parseCron } from '../../../../src/adapters/argocd/cron.ts';

function next(schedule: string, after: string, timeZone = 'UTC'): string | null {
  const parsed = parseCron(schedule);
  if (parsed === null) throw new Error(`${schedule} cannot be read`);
  return nextTime(parsed, `${after}.000Z`, timeZone)?.replace('.000Z', '') ?? null;
}

describe('nextTime', () => {
  it.each([
    ['every minute', '* * * * *', '2026-01-02T03:04:05', '2026-01-02T03:05:00'],
    ['strictly after the given instant', '0 22 * * *', '2026-01-02T22:00:00', '2026-01-03T22:00:00'],
    ['a list and a range', '15,45 8-10 * * *', '2026-01-02T10:45:00', '2026-01-03T08:15:00'],
    ['a step over all', '*/20 * * * *', '2026-01-02T03:41:00', '2026-01-02T04:00:00'],
    ['a step from a value to the end', '50/5 * * * *', '2026-01-02T03:50:00', '2026-01-02T03:55:00'],
    ['a step over a range', '0 0-12/6 * * *', '2026-01-02T06:00:00', '2026-01-02T12:00:00'],
    ['names of months and days', '0 0 * FEB mon', '2026-01-02T00:00:00', '2026-02-02T00:00:00'],
    ['a range of named days', '0 9 * * MON-FRI', '2026-01-02T09:00:00', '2026-01-05T09:00:00'],
    ['either day, where both are restricted', '0 0 13 * FRI', '2026-01-03T00:00:00', '2026-01-09T00:00:00'],
    ['both days, where one is a star with a step', '0 0 */2 * MON', '2026-01-03T00:00:00', '2026-01-05T00:00:00'],
    ['a question mark for any day', '0 0 ? * SUN', '2026-01-02T00:00:00', '2026-01-04T00:00:00'],
    ['29 February', '0 0 29 2 *', '2026-03-01T00:00:00', '2028-02-29T00:00:00'],
  ])('knows %s', (_what, schedule, after, expected) => {
    expect(next(schedule, after)).toBe(expected);
  });

  it('is null for a day that never comes', () => {
    expect(next('0 0 30 2 *', '2026-01-01T00:00:00')).toBeNull();
  });

  it.each([
    ['east of Greenwich', 'Asia/Kolkata', '0 9 * * *', '2026-01-02T03:30:00', '2026-01-03T03:30:00'],
    ['west of Greenwich', 'America/Los_Angeles', '0 22 * * *', '2026-01-02T03:00:00', '2026-01-02T06:00:00'],
    ['in summer', 'Europe/Berlin', '0 12 * * *', '2026-07-01T00:00:00', '2026-07-01T10:00:00'],
    ['in winter', 'Europe/Berlin', '0 12 * * *', '2026-01-01T00:00:00', '2026-01-01T11:00:00'],
    ['past an hour that the clocks leave out', 'Europe/Berlin', '30 2 * * *', '2026-03-28T12:00:00', '2026-03-30T00:30:00'],
    ['in an hour that the clocks show twice, the first time', 'Europe/Berlin', '30 2 * * *', '2026-10-24T12:00:00', '2026-10-25T00:30:00'],
    ['on the far side of the date line', 'Pacific/Kiritimati', '0 0 * * *', '2026-01-02T00:00:00', '2026-01-02T10:00:00'],
  ])('follows the clocks of a zone: %s', (_where, timeZone, schedule, after, expected) => {
    expect(next(schedule, after, timeZone)).toBe(expected);
  });

  it('is null for a time zone that does not exist', () => {
    expect(next('* * * * *', '2026-01-01T00:00:00', 'Mars/Olympus')).toBeNull();
  });

  it.each(['', '* * * *', '* * * * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 7', '5-1 * * * *', '*/0 * * * *', '*-5 * * * *', 'x * * * *', '@daily'])('cannot read "%s"', (schedule) => {
    expect(parseCron(schedule)).toBeNull();
  });
});
