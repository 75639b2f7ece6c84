import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chartReadme } from '../../../cli/chart-readme.ts';

const CHART = 'name: web\ndescription: A server\nkubeVersion: ">=1.30.0-0"\n';
const read = (file: string): string => readFileSync(new URL(`../../../helm/inference-service/${file}`, import.meta.url), 'utf8');

describe('the README of the chart', () => {
  it('is the one that npm run chart:readme writes today', () => {
    expect(read('README.md')).toBe(chartReadme(read('Chart.yaml'), read('values.yaml')));
  });

  it('explains every value', () => {
    expect(rowsOf(read('values.yaml')).filter(([, , text]) => text === '')).toEqual([]);
  });

  it.each<[what: string, values: string, ...rows: [string, string, string][]]>([
    ['a scalar as it is written', '# The tag.\ntag: "1.0"  # quoted\n', ['`tag`', '`"1.0"`', 'The tag.']],
    ['a comment of several lines, without what stands apart from it', '# Apart.\n\n# One,\n# two.\na: 1\n', ['`a`', '`1`', 'One, two.']],
    ['a map whose members are explained', '# The image.\nimage:\n  # Its tag.\n  tag: a\n', ['`image`', '', 'The image.'], ['`image.tag`', '`a`', 'Its tag.']],
    ['a map that is explained as a whole', '# The probe.\nprobe:\n  path: /ready\n  get: { port: 1 }\n', ['`probe`', '`{ path: /ready, get: { port: 1 } }`', 'The probe.']],
    ['what is explained in no word', 'a: 1\n', ['`a`', '`1`', '']],
    ['what would end a cell', '# a | b\na: 1\n', ['`a`', '`1`', 'a \\| b']],
  ])('has a row for %s', (_what, values, ...rows) => {
    expect(rowsOf(values)).toEqual(rows);
  });
});

/** Cells of the table of values, row by row. */
function rowsOf(values: string): string[][] {
  const [, table = ''] = chartReadme(CHART, values).split('|---|---|---|\n');
  return table.trimEnd().split('\n').map((row) => row.slice(2, -2).split(' | ').map((cell) => cell.trim()));
}
