import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseSlipwayFile } from '../../../src/config/parse-slipway-file.ts';
import { slipwaySchema } from '../../../src/config/slipway-schema.ts';
import { BOUNDS } from '../../support/slipway-file.ts';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const EXAMPLE = read('docs/examples/slipway.yaml');

function editorAccepts(file: unknown): boolean {
  return z.fromJSONSchema(slipwaySchema() as Parameters<typeof z.fromJSONSchema>[0]).safeParse(file).success;
}

describe('the JSON Schema of slipway.yaml', () => {
  it('is the one that npm run schema writes today', () => {
    expect(JSON.parse(read('schema/slipway.schema.json'))).toEqual(slipwaySchema());
  });

  it('is named by the example, by a path that leads to it', () => {
    const path = /^# yaml-language-server: \$schema=(.+)$/m.exec(EXAMPLE)?.[1] ?? '';
    expect(JSON.parse(readFileSync(new URL(path, new URL('../../../docs/examples/slipway.yaml', import.meta.url)), 'utf8'))).toHaveProperty('title', 'slipway.yaml');
  });

  it('accepts what slipway apply accepts: defaults may be left out', () => {
    expect(editorAccepts(parse(EXAMPLE))).toBe(true);
    expect(parseSlipwayFile(EXAMPLE, 'slipway.yaml', BOUNDS).services.map(({ name, environments }) => [name, Object.keys(environments)])).toEqual([
      ['inference-service', ['dev', 'prod']],
    ]);
  });

  it.each([
    ['an unknown key', EXAMPLE.replace('rollout:', 'rolout:')],
    ['a wrong duration', EXAMPLE.replace('5m', 'five')],
    ['a value that is no part of an image', EXAMPLE.replace('value: tag', 'value: version')],
    ['a missing reference', EXAMPLE.replace('argocd: main, ', '')],
  ])('marks %s in the editor as slipway apply would', (_, text) => {
    expect(editorAccepts(parse(text))).toBe(false);
    expect(() => parseSlipwayFile(text, 'slipway.yaml', BOUNDS)).toThrow();
  });
});
