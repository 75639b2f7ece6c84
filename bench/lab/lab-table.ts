import type { Machine } from '../machine.ts';
import { type Row, section } from '../section.ts';
import type { Summary } from '../statistics.ts';
import { CONTENDERS } from './contender.ts';
import { CONTENDER_TITLES, type ConfigurationFigures, type Quantiles } from './lab-figures.ts';
import type { LabReport } from './measure-lab.ts';

/** The report for people. */
export function renderLab({ machine, configurations, profile }: LabReport): string {
  const { label, constants } = profile;
  return [
    ...machineLines(machine),
    'Times are milliseconds. Ratios are Slipway’s time by the other’s, round by round: below 1 Slipway was faster.',
    section('Measured on loopback', [
      ['', 'rounds', 'by the script p50', 'p95', 'by the ideal path p50', 'p95', 'notice p50', 'p95'],
      ...configurations.map(({ name, rounds, ratio, ideal, notice }): Row => [name, rounds, ...pair(ratio), ...pair(ideal), ...pair(notice)]),
    ]),
    ...configurations.map(contenderSection),
    ...configurations.map(stageSection),
    section(`With AWS’s latencies. ${label}`, [
      ['', 'added p50', 'Slipway p50', 'p95', 'by the script p50', 'p95', 'by the ideal path p50', 'p95'],
      ...configurations.map(({ name, profile: { added, said, ratio, ideal } }): Row => [name, added?.p50 ?? '', ...pair(said), ...pair(ratio), ...pair(ideal)]),
    ]),
    section('The profile', Object.values(constants).map(({ ms, each, source }): Row => [`${ms} ms for each ${each}: ${source}`])),
  ].join('\n');
}

export function machineLines({ cpu, cores, node, platform, loadAverage, warning }: Machine): readonly string[] {
  return [`${cpu}, ${cores} cores, Node ${node}, ${platform}, load average ${loadAverage.join(' ')}`, ...(warning === null ? [] : [`WARNING: ${warning}`])];
}

function contenderSection({ name, contenders }: ConfigurationFigures): string {
  return section(`${name}: from the beginning`, [
    ['', 'said so p50', 'p95', 'seen p50', 'p95', 'notice p50', 'p95'],
    ...CONTENDERS.map((one): Row => [CONTENDER_TITLES[one], ...pair(contenders[one].said), ...pair(contenders[one].ready), ...pair(contenders[one].notice)]),
  ]);
}

function stageSection({ name, stages, betweenSteps }: ConfigurationFigures): string {
  const rows = Object.entries({ ...stages, 'between the functions': betweenSteps }).map(([stage, summary]): Row => [stage, ...pair(summary)]);
  return section(`${name}: Slipway’s stages`, [['', 'p50', 'p95'], ...rows]);
}

function pair(figures: Quantiles | Summary | null | undefined): Row {
  return figures ? [figures.p50, figures.p95] : ['', ''];
}
