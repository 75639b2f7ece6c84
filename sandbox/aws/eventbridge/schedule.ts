import { AwsError } from '../service.ts';

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Milliseconds of a `rate(30 minutes)`. @throws AwsError for a cron expression, or any other that the sandbox does not know */
export function readRate(expression: string): number {
  const [, count = '', unit = '', plural] = /^rate\((\d+) (minute|hour|day)(s)?\)$/.exec(expression) ?? [];
  const length = UNITS[unit];
  if (length === undefined || Number(count) < 1 || (count === '1') === (plural === 's')) {
    throw new AwsError('ValidationException', `The sandbox does not know the schedule ${expression}: it has rate(N minutes), hours and days`);
  }
  return Number(count) * length;
}

/** Repeats until the result is called. The timer alone keeps no process alive. */
export type Repeat = (milliseconds: number, run: () => void) => () => void;

export const repeat: Repeat = (milliseconds, run) => {
  const timer = setInterval(run, milliseconds).unref();
  return () => clearInterval(timer);
};

/** The schedules of rules, by the name of the rule. */
export type Schedules = {
  /** In the place of what the rule had before; null for a rule without a schedule. */
  set(ruleName: string, milliseconds: number | null, comesDue: () => void): void;
  /** Lets one come due now. @throws AwsError for a rule without one */
  fire(ruleName: string): void;
  end(): void;
};

export function createSchedules(every: Repeat): Schedules {
  const schedules = new Map<string, { readonly comesDue: () => void; readonly end: () => void }>();
  return {
    set(ruleName, milliseconds, comesDue) {
      schedules.get(ruleName)?.end();
      schedules.delete(ruleName);
      if (milliseconds !== null) schedules.set(ruleName, { comesDue, end: every(milliseconds, comesDue) });
    },
    fire(ruleName) {
      const schedule = schedules.get(ruleName);
      if (schedule === undefined) throw new AwsError('ResourceNotFoundException', `Rule ${ruleName} does not exist, or has no schedule that is enabled.`);
      schedule.comesDue();
    },
    end() {
      for (const schedule of schedules.values()) schedule.end();
    },
  };
}
