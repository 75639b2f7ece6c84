/** Writes the README of the chart: `npm run chart:readme`, after a change of its values. */
import { readFileSync, writeFileSync } from 'node:fs';
import { chartReadme } from './chart-readme.ts';

const chart = new URL('../helm/inference-service/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, chart), 'utf8');
writeFileSync(new URL('README.md', chart), chartReadme(read('Chart.yaml'), read('values.yaml')));
