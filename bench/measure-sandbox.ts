import { parseArgs } from 'node:util';
import { PACKAGE_FOLDER, packageStack } from '../cli/sandbox/package-stack.ts';
import { bundleFigures } from './bundle-figures.ts';
import { commitFigures } from './commit-figures.ts';
import { STAGE } from './measured-world.ts';
import { noticeFigures, overheadFigures, requestFigures } from './deployment-figures.ts';
import { measureGitProcess } from './git-process.ts';
import { describeMachine } from './machine.ts';
import { measureBundles } from './measure-bundles.ts';
import { measureCommitStage } from './measure-commit-stage.ts';
import { measureCommits } from './measure-commits.ts';
import { measureDeployments } from './measure-deployments.ts';
import type { BenchReport } from './report.ts';
import { betweenSteps, stepFigures } from './step-figures.ts';

const SIZES = [10, 20_000];

export type SandboxCounts = { readonly deployments: number; readonly commits: number; readonly json: boolean };

/** The arguments after `sandbox`. @throws with what is wrong in them */
export function parseSandboxCounts(args: readonly string[]): SandboxCounts {
  const count = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false }, deployments: count, commits: count } });
  const [deployments, commits] = [Number(values.deployments ?? 30), Number(values.commits ?? 15)];
  if (![deployments, commits].every((one) => Number.isInteger(one) && one > 0)) throw new Error('--deployments and --commits take whole numbers above 0.');
  return { deployments, commits, json: values.json };
}

export async function measureSandbox({ deployments, commits }: SandboxCounts, tell: (text: string) => void): Promise<BenchReport> {
  const machine = describeMachine();
  if (machine.warning !== null) tell(machine.warning);
  tell('packaging the stack');
  await packageStack(STAGE);
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
