import { machineLines } from '../lab/lab-table.ts';
import { type Row, section } from '../section.ts';
import type { ContentionFigures } from './measure-contention.ts';
import type { GitReport } from './measure-git.ts';
import type { SizeFigures } from './measure-size.ts';
import type { SoakFigures } from './measure-soak.ts';
import { CONTENDERS } from './size-contenders.ts';

const NAMES = { slipway: 'Slipway, new function', kept: 'Slipway, warm function', git: 'git clone --depth 1, commit, push', isomorphic: 'isomorphic-git, the same' } as const;

/** The report for people. */
export function renderGit({ machine, size, contention, soak }: GitReport): string {
  return [
    ...machineLines(machine),
    'Times are milliseconds.',
    ...(size === null ? [] : [section('Commit of one value, p50 by files of the repository', sizeRows(size))]),
    ...(contention === null ? [] : [section(`${contention.services} services within one second on one branch, with a rival`, contentionRows(contention))]),
    ...(soak === null ? [] : [section(`${soak.services} services with ${soak.writers} writers each for ${soak.seconds} s, with a rival`, soakRows(soak))]),
  ].join('\n');
}

function sizeRows({ contenders }: SizeFigures): Row[] {
  const sizes = Object.keys(contenders.slipway.files);
  return [['', ...sizes, 'ratio'], ...CONTENDERS.map((name): Row => [NAMES[name], ...sizes.map((size) => contenders[name].files[size]?.p50 ?? ''), contenders[name].ratio ?? ''])];
}

function contentionRows({ p50, p95, max, pushes, lostPushes, failed, lost, twice, failure }: ContentionFigures): Row[] {
  return [
    ['to the commit, p50, p95, max', p50 ?? '', p95 ?? '', max ?? ''],
    ['pushes taken, pushes that came second', pushes, lostPushes],
    ['failed, lost, committed twice', failed, lost, twice],
    ...(failure === null ? [] : [['the first failure', failure]]),
  ];
}

function soakRows({ releases, committed, superseded, pushes, p50, p95, failed, lost, twice, failure }: SoakFigures): Row[] {
  return [
    ['releases, committed, superseded', releases, committed, superseded],
    ['pushes taken', pushes],
    ['to the commit, p50, p95', p50 ?? '', p95 ?? ''],
    ['failed, lost, committed twice', failed, lost, twice],
    ...(failure === null ? [] : [['the first failure', failure]]),
  ];
}
