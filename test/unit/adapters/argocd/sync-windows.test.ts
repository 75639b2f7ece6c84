import { describe, expect, it } from 'vitest';
import { closedWindow, type SyncWindow } from '../../../../src/adapters/argocd/sync-windows.ts';

const NOW = '2026-01-02T12:00:00.000Z';
const deny = (schedule: string, duration: string, more: Partial<SyncWindow> = {}): SyncWindow => ({ kind: 'deny', schedule, duration, ...more });
const allow = (schedule: string, duration: string, more: Partial<SyncWindow> = {}): SyncWindow => ({ kind: 'allow', schedule, duration, ...more });

describe('closedWindow', () => {
  it.each<[string, SyncWindow[], string | null]>([
    ['open without windows', [], 'open'],
    ['open outside a deny window', [deny('0 22 * * *', '1h')], 'open'],
    ['closed in a deny window until it ends', [deny('0 11 * * *', '1h30m')], '2026-01-02T12:30:00.000Z'],
    ['closed in overlapping deny windows until the last ends', [deny('0 11 * * *', '2h'), deny('30 12 * * *', '3h')], '2026-01-02T15:30:00.000Z'],
    ['closed without an end when a deny window begins anew before it ends', [deny('* * * * *', '1h')], null],
    ['open at the very end of a deny window', [deny('0 11 * * *', '1h')], 'open'],
    ['open in an allow window', [allow('0 11 * * *', '2h')], 'open'],
    ['closed outside the allow windows until the next begins', [allow('0 18 * * *', '2h'), allow('0 20 * * *', '2h')], '2026-01-02T18:00:00.000Z'],
    ['closed by a deny window although an allow window is open', [allow('0 11 * * *', '4h'), deny('0 11 * * *', '2h')], '2026-01-02T13:00:00.000Z'],
    ['closed after a deny window until an allow window begins', [allow('0 18 * * *', '2h'), deny('0 11 * * *', '2h')], '2026-01-02T18:00:00.000Z'],
    ['closed by the clocks of a time zone', [deny('0 13 * * *', '2h', { timeZone: 'Europe/Berlin' })], '2026-01-02T14:00:00.000Z'],
  ])('is %s', (_what, windows, expected) => {
    const closed = closedWindow(windows, 'request', NOW);
    expect(closed === null ? 'open' : closed.until).toBe(expected);
    expect(closedWindow(windows, 'auto-sync', NOW)).toEqual(closed);
  });

  it('lets a request pass where manual syncs are allowed, and not auto-sync', () => {
    const windows = [deny('0 11 * * *', '2h', { manualSync: true })];
    expect(closedWindow(windows, 'request', NOW)).toBeNull();
    expect(closedWindow(windows, 'auto-sync', NOW)).toEqual({ window: 'deny 0 11 * * * for 2h', until: '2026-01-02T13:00:00.000Z' });
  });

  it('lets a request pass only if every window that forbids it allows manual syncs', () => {
    const windows = [deny('0 11 * * *', '2h', { manualSync: true }), deny('0 11 * * *', '3h', { timeZone: 'UTC' })];
    expect(closedWindow(windows, 'request', NOW)).toEqual({ window: 'deny 0 11 * * * for 3h in UTC', until: '2026-01-02T14:00:00.000Z' });
  });

  it('does not say until when if a window cannot be read', () => {
    const windows = [deny('0 11 * * *', '2h'), deny('@daily', '1h'), deny('0 11 * * *', '2 hours')];
    expect(closedWindow(windows, 'request', NOW)).toMatchObject({ until: null });
  });
});
