import { parseArgs } from 'node:util';
import { PACKAGE_FOLDER, packageStack } from '../cli/sandbox/package-stack.ts';
import { bundleFigures } from './bundle-figures.ts';
import { commitFigures } from './commit-figures.ts';
import { STAGE } from './measured-world.ts';
import { noticeFigures, overheadFigures, requestFigures } from './deployment-figures.ts';
import { measureGitProcess } from './git-process.ts';
import { measureFaults, renderFaults } from './faults/fault-figures.ts';
import { describeMachine } from './machine.ts';
import { measureBundles } from './measure-bundles.ts';
import { measureCommitStage } from './measure-commit-stage.ts';
import { measureCommits } from './measure-commits.ts';
import { measureDeployments } from './measure-deployments.ts';
import type { BenchReport } from './report.ts';
import { betweenSteps, stepFigures } from './step-figures.ts';
import { renderReport } from './table.ts';

const USAGE = `Usage: npm run --silent bench -- sandbox [--json] [--deployments <count>] [--commits <count>]
       npm run --silent bench -- faults [--json]`;
const SIZES = [10, 20_000];

type Counts = { readonly deployments: number; readonly commits: number };

/** Progress goes to standard error, so that standard output holds the report alone. */
const tell = (text: string): void => console.error(text);

async function measureSandbox({ deployments, commits }: Counts): Promise<BenchReport> {
  const machine = describeMachine();
  if (machine.warning !== null) tell(machine.warning);
  tell('packaging the stack');
  await packageStack(STAGE);
  // Commits first: git processes start slowly from a process that has grown.
  const git = await measureCommits({ sizes: SIZES, warmUp: 3, runs: commits, tell });
  const bundles = await measureBundles({ packageFolder: PACKAGE_FOLDER, runs: 5, tell });
  const { cold, warm } = await measureDeployments({ packageFolder: PACKAGE_FOLDER, coldWorlds: 3, warmUp: 5, warm: deployments, tell });
  const gitProcess = await measureGitProcess(20);
  const stage = await measureCommitStage({ packageFolder: PACKAGE_FOLDER, sizes: SIZES, warmUp: 3, runs: commits, tell });
  return {
    machine,
    deployments: { warm: overheadFigures(warm), cold: overheadFigures(cold) },
    notice: noticeFigures(warm),
    steps: stepFigures(warm),
    betweenSteps: betweenSteps(warm),
    standIns: { requests: requestFigures(warm), gitProcess },
    commit: commitFigures({ git, stage }),
    bundles: bundleFigures(bundles, cold, warm),
  };
}

/** What is printed: one JSON object, or a report for people. */
type Measured = { readonly json: object; readonly text: () => string };

async function runFaults(): Promise<Measured> {
  tell('packaging the stack');
  await packageStack(STAGE);
  const report = await measureFaults(tell);
  return { json: report.figures, text: () => renderFaults(report) };
}

async function runSandbox(counts: Counts): Promise<Measured> {
  const report = await measureSandbox(counts);
  return { json: report, text: () => renderReport(report) };
}

/** Null for wrong usage. */
function readArguments(args: readonly string[]): { readonly measure: () => Promise<Measured>; readonly json: boolean } | null {
  try {
    const count = { type: 'string' } as const;
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { json: { type: 'boolean', default: false }, deployments: count, commits: count } });
    const { json } = values;
    const subject = positionals.join(' ');
    if (subject === 'faults' && values.deployments === undefined && values.commits === undefined) return { measure: runFaults, json };
    const [deployments, commits] = [Number(values.deployments ?? 30), Number(values.commits ?? 15)];
    const usable = subject === 'sandbox' && [deployments, commits].every((one) => Number.isInteger(one) && one > 0);
    return usable ? { measure: () => runSandbox({ deployments, commits }), json } : null;
  } catch {
    return null;
  }
}

const wanted = readArguments(process.argv.slice(2));
if (wanted === null) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const { json, text } = await wanted.measure();
  console.log(wanted.json ? JSON.stringify(json) : text());
}
