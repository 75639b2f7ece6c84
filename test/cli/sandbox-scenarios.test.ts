import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_FOLDER } from '../../cli/sandbox/package-stack.ts';
import { startSlipway } from '../support/run-slipway.ts';

// What each scenario tells is tested where they are played in process: test/sandbox/scenarios/*-played.test.ts.
describe('slipway sandbox --scenario, for a scenario in which a person acts', { timeout: 120_000 }, () => {
  let temp: string;
  beforeAll(() => {
    temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'));
  });
  afterAll(() => rmSync(temp, { recursive: true, force: true }));

  const sandbox = (...args: readonly string[]) => startSlipway(['sandbox', '--package', PACKAGE_FOLDER, ...args], { env: { TMPDIR: temp } });

  it('prints exactly one JSON object, though commands print on the way, and stays up with --keep', async () => {
    const { child, said, ended, untilSaid } = sandbox('--scenario', 'approval', '--json', '--keep');
    await untilSaid("The functions' logs are in");
    expect(said.stdout.split('\n')).toEqual([expect.stringMatching(/^\{"outcome":"succeeded",.*\}$/), '']);
    expect(Object.keys(JSON.parse(said.stdout) as object)).toEqual(['outcome', 'cause', 'timings', 'commit', 'pods', 'execution', 'approval']);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
    expect(readdirSync(temp)).toEqual([]);
  });

  it.each([
    ['approval', 'waiting for approval'],
    ['rollback', '$ npx slipway deploy'],
    ['storm', 'Pushing 1.2.0 of 5 services'],
  ])('ends at once at Ctrl-C in the middle of %s, exits 130, and leaves nothing in the temp directory', async (name, moment) => {
    const { child, ended, untilSaid } = sandbox('--scenario', name);
    await untilSaid(moment);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect([code, stdout]).toEqual([130, '']);
    expect(readdirSync(temp)).toEqual([]);
  });
});
