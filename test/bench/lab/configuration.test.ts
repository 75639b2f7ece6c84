import { describe, expect, it } from 'vitest';
import { configurationsOf, describeConfiguration, EVERYTHING, HEADLINE } from '../../../bench/lab/configuration.ts';
import { parseLabOptions } from '../../../bench/lab/options.ts';

describe('configurationsOf', () => {
  it('begins with the one that the report begins with', () => {
    expect(configurationsOf(EVERYTHING)[0]).toEqual(HEADLINE);
  });

  it('measures every combination warm, and cold ones with the fewest targets and files alone', () => {
    const names = configurationsOf({ ...EVERYTHING, targets: [1, 10] }).map(describeConfiguration);
    expect(names.filter((name) => name.endsWith('warm'))).toHaveLength(8);
    expect(names.filter((name) => name.endsWith('cold'))).toEqual(['1 target, 10 files, auto-sync off, cold', '1 target, 10 files, auto-sync on, cold']);
  });
});

describe('parseLabOptions', () => {
  it('takes 30 rounds of everything unless told otherwise', () => {
    expect(parseLabOptions([])).toEqual({ json: false, rounds: 30, choice: EVERYTHING });
  });

  it('chooses configurations', () => {
    const { rounds, choice } = parseLabOptions(['--rounds', '5', '--targets', '1', '--files', '10', '--auto-sync', 'off', '--start', 'warm']);
    expect([rounds, configurationsOf(choice)]).toEqual([5, [HEADLINE]]);
  });

  it.each([
    [['--rounds', '0'], '--rounds takes whole numbers above 0'],
    [['--targets', '1,many'], '--targets takes whole numbers above 0, not "many"'],
    [['--auto-sync', 'maybe'], '--auto-sync takes on or off, not "maybe"'],
    [['--speed', 'high'], '--speed'],
    [['later'], 'later'],
  ])('refuses %j', (args, words) => {
    expect(() => parseLabOptions(args)).toThrow(words);
  });
});
