import { machineLines } from '../lab/lab-table.ts';
import { type Row, section } from '../section.ts';
import type { UpdaterReport } from './measure-updater.ts';

const MODES = { default: 'as installed', best: 'with webhooks' } as const;

/** The report for people. */
export function renderUpdater({ machine, configurations }: UpdaterReport): string {
  const rows = configurations.flatMap(({ mode, applications, rounds, slipway, updater, ratio }) =>
    ([['Slipway', slipway], ['Image Updater', updater]] as const).map(([name, { each, all, lost }], index): Row => [
      index === 0 ? `${applications} ${applications === 1 ? 'application' : 'applications'}, ${MODES[mode]}` : '', name, rounds, each?.p50 ?? '', each?.p95 ?? '', all?.p50 ?? '', all?.max ?? '', lost, index === 0 ? (ratio?.p50 ?? '') : '',
    ]),
  );
  return [
    ...machineLines(machine),
    'Milliseconds from the push until the pods of the new image are Ready, as an independent observer saw them.',
    section('Slipway and Argo CD Image Updater', [['', '', 'rounds', 'each p50', 'p95', 'the last p50', 'max', 'lost', 'ratio'], ...rows]),
  ].join('\n');
}
