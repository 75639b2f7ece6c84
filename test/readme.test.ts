import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PACKAGE_FOLDER } from '../cli/sandbox/package-stack.ts';
import { SCENARIO_NAMES } from '../sandbox/scenarios/names.ts';
import { parseSlipwayFile } from '../src/config/parse-slipway-file.ts';
import { LONGEST_TIMEOUT } from '../src/config/slipway-file.ts';
import { readDocument } from './support/document.ts';
import { runSlipway } from './support/run-slipway.ts';
import { BOUNDS } from './support/slipway-file.ts';

const { text: README, blocks, commands } = readDocument('README.md');
const SCRIPTS = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { scripts: Record<string, string> }).scripts;

/** A terminal's text without what is another at each run: times, bars, hashes and names made at random. */
function shape(text: string): string {
  return text
    .replaceAll(/[█▏▎▍▌▋▊▉]+/g, ' ')
    .replaceAll(/-[a-z0-9]{9,10}-[a-z0-9]{5}\b/g, '-POD')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replaceAll(/\b[0-9a-f]{12,64}\b/g, 'HASH')
    .replaceAll(/\d+\.\d+ s/g, 'TIME')
    .replaceAll(/[ \t]+/g, ' ');
}

describe('the README', () => {
  it('shows in its terminal what npm start prints', async () => {
    const [shown = ''] = blocks('').filter((block) => block.startsWith('$ npm start\n'));
    const { code, stdout, stderr } = await runSlipway(['sandbox', '--package', PACKAGE_FOLDER]);
    expect(code).toBe(0);
    const packaging = 'Packaging the stack with Serverless …\n';
    expect(shape(shown.replace('$ npm start\n', '').replace(packaging, ''))).toBe(shape(`${stderr.replace(packaging, '')}${stdout}`.replace('\n\n\n', '\n\n')));
  }, 60_000);

  it('has a slipway.yaml that is accepted', () => {
    const [file = ''] = blocks('yaml');
    expect(parseSlipwayFile(file, 'README.md', BOUNDS).services.map(({ name }) => name)).toEqual(['inference-service']);
  });

  it('says the longest time-outs as they are', () => {
    const { sync, rollout, verify } = LONGEST_TIMEOUT;
    expect(README).toContain(`${[sync, rollout, verify].map((text) => text.replace('m', ' m')).join(', ')} at most`);
  });

  it('names scripts that there are', () => {
    const named = commands('sh').flatMap((command) => [...command.matchAll(/npm (?:run )?(start|test|cit|bench)/g)].map(([, script = '']) => (script === 'cit' ? 'test' : script)));
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((script) => SCRIPTS[script] === undefined)).toEqual([]);
  });

  it('lists every scenario', () => {
    expect(commands('sh').some((command) => command.includes('--scenario'))).toBe(true);
    expect(README).toContain(SCENARIO_NAMES.join(', '));
  });

  it.each(['apply', 'deploy', 'status'])('shows slipway %s as the command line takes it: what stops it is the missing stack alone', async (command) => {
    const shown = [...README.matchAll(new RegExp(`slipway (${command} [^\`\\n]*--stage prod)`, 'g'))].map(([, args = '']) => args);
    expect(shown.length).toBeGreaterThan(0);
    for (const args of shown) {
      const { code, stderr } = await runSlipway(args.replace('slipway.yaml', 'docs/examples/slipway.yaml').split(' '), {
        env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none', AWS_MAX_ATTEMPTS: '1' },
      });
      expect(stderr).toMatch(/slipway-prod/);
      expect(code).not.toBe(0);
    }
  }, 30_000);
});
