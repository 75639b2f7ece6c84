import type { BundleFigures } from './bundle-figures.ts';
import type { CommitFigures } from './commit-figures.ts';
import type { OverheadFigures } from './deployment-figures.ts';
import type { BenchReport } from './report.ts';
import { type Row, section } from './section.ts';
import type { Summary } from './statistics.ts';

/** The report for people. */
export function renderReport({ machine, deployments, notice, steps, betweenSteps, standIns, commit, bundles }: BenchReport): string {
  const { gitProcess } = standIns;
  return [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.platform}, load average ${machine.loadAverage.join(' ')}`,
    ...(machine.warning === null ? [] : [`WARNING: ${machine.warning}`]),
    'Times are milliseconds.',
    section(`${deployments.warm.deployments} warm deployments`, [['', 'p50', 'p95', 'max'], ...overheadRows(deployments.warm)]),
    section(`${deployments.cold.deployments} cold deployments, every function new`, [['', 'p50', 'p95', 'max'], ...overheadRows(deployments.cold)]),
    section('Notice, against an independent watch', [['', 'p50', 'p95', 'max'], ['the last new pod Ready → the step returned', ...cells(notice)]]),
    section('Steps', [
      ['', 'p50', 'p95', 'in requests', 'connections', 'requests'],
      ...steps.map(({ functionName, invocation, inRequests, connections, requests }) => [
        functionName, invocation?.p50 ?? '', invocation?.p95 ?? '', inRequests?.p50 ?? '', connections, Object.entries(requests).map(([name, count]) => `${count} × ${name}`).join(', '),
      ]),
      ['between them', betweenSteps?.p50 ?? '', betweenSteps?.p95 ?? ''],
    ]),
    section('What the stand-ins take of it', [
      ['', 'per deployment', 'p50', 'p95'],
      ...standIns.requests.map(({ server, name, count, answered }) => [`${server} ${name}`, count, answered?.p50 ?? '', answered?.p95 ?? '']),
      [`start of a git process, of which ${gitProcess.blocks?.p50} block this one (${gitProcess.residentMiB} MiB)`, '', gitProcess.ends?.p50 ?? '', gitProcess.ends?.p95 ?? ''],
    ]),
    section('Commit of one value, p50 by files of the repository', commitRows(commit)),
    section('Functions', bundleRows(bundles)),
  ].join('\n');
}

function overheadRows({ overhead, recorded, total, stages }: OverheadFigures): Row[] {
  return [
    ...Object.entries(stages).map(([stage, summary]) => [stage, ...cells(summary)]),
    ['total', ...cells(total)],
    ['overhead, on the client’s clock', ...cells(overhead)],
    ['overhead, as recorded', ...cells(recorded)],
  ];
}

const COMMIT_KINDS = { fresh: 'Git alone, new container', kept: 'Git alone, warm container', stage: 'commit, the stage' } as const satisfies Record<keyof CommitFigures, string>;

function commitRows(figures: CommitFigures): Row[] {
  const sizes = Object.keys(figures.fresh.total.files);
  const rows = (['fresh', 'kept', 'stage'] as const).flatMap((kind) =>
    Object.entries(figures[kind]).map(([part, { files, ratio }]): Row => [`${COMMIT_KINDS[kind]}: ${part}`, ...sizes.map((size) => files[size]?.p50 ?? ''), ratio ?? '']),
  );
  return [['', ...sizes, 'ratio'], ...rows];
}

function bundleRows({ emptyWorker, functions }: BundleFigures): Row[] {
  return [
    ['', 'zip KiB', 'load p50', 'first call p50', 'warm call p50'],
    ...functions.map(({ functionName, zipKiB, load, firstCall, warmCall }) => [functionName, zipKiB, load?.p50 ?? '', firstCall?.p50 ?? '', warmCall?.p50 ?? '']),
    ['an empty worker, the sandbox’s own part of each load', '', emptyWorker?.p50 ?? ''],
  ];
}

function cells(summary: Summary | null | undefined): Row {
  return summary ? [summary.p50, summary.p95, summary.max] : [];
}
