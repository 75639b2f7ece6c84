import type { Cell, SiteKind } from '../support/sandbox/cell.ts';
import { CELLS } from '../support/sandbox/cells.ts';
import type { Remedy } from '../support/sandbox/fault-cell.ts';
import type { StepName } from '../support/sandbox/fault-steps.ts';

/** What a person does about each of these cells; `npm run bench -- faults` runs every cell with both remedies. */
const QUICK: readonly (readonly [cell: string, remedy: Remedy])[] = [
  ['ResolveRelease: registry down 30 s', 'fresh'],
  ['ResolveRelease: table down for good', 'redrive'],
  ['ResolveRelease: execution stopped by hand', 'fresh'],
  ['AwaitApproval: killed after its question', 'redrive'],
  ['ClaimTarget: killed during its claim', 'fresh'],
  ['ClaimTarget: answer to its claim lost', 'redrive'],
  ['ClaimTarget: throttled 1 s', 'redrive'],
  ['ClaimTarget: dynamodb:UpdateItem not allowed', 'fresh'],
  ['CheckAccess: access entry removed', 'redrive'],
  ['CheckAccess: cluster down 1 s', 'fresh'],
  ['CheckAccess: secrets down 1 s', 'redrive'],
  ['CommitRelease: timed out', 'fresh'],
  ['CommitRelease: killed during its push', 'fresh'],
  ['CommitRelease: killed after its push', 'redrive'],
  ['CommitRelease: answer to its push lost', 'fresh'],
  ['CommitRelease: git down for good', 'redrive'],
  ['CommitRelease: wrong Git password', 'fresh'],
  ['CommitRelease: killed after its opening of the pull request', 'redrive'],
  ['AwaitMerge: killed during its place to wait', 'redrive'],
  ['AwaitMerge: git down for good', 'fresh'],
  ['SyncApplication: argocd down for good', 'fresh'],
  ['SyncApplication: wrong Argo CD token', 'redrive'],
  ['SyncApplication: killed during its sync request', 'fresh'],
  ['SyncApplication: answer to its sync request lost', 'redrive'],
  ['CheckRollout: killed after its last look', 'fresh'],
  ['CheckRollout: stream cut each time', 'redrive'],
  ['CheckRollout: execution stopped by hand', 'redrive'],
  ['VerifyRelease: killed before it did anything', 'fresh'],
  ['VerifyRelease: argocd down 30 s', 'redrive'],
  ['RollBack: killed during its push', 'redrive'],
  ['RollBack: git down for good', 'fresh'],
  ['ConcludeDeployment: killed after its record', 'fresh'],
  ['ConcludeDeployment: killed during its current release', 'redrive'],
  ['ConcludeDeployment: answer to its event lost', 'fresh'],
  ['ConcludeDeployment: events:PutEvents not allowed', 'redrive'],
  ['ConcludeRelease: killed before it did anything', 'fresh'],
  ['ConcludeRelease: throttled for good', 'redrive'],
];

/** The quick cells of these steps that run in a world of that kind. @throws for one that is not in the table */
export function quickCells(kind: SiteKind, steps: readonly StepName[]): readonly (readonly [name: string, remedy: Remedy, cell: Cell])[] {
  return QUICK.map(([name, remedy]) => {
    const cell = CELLS.find((one) => one.name === name);
    if (cell === undefined) throw new Error(`There is no cell "${name}" in the table.`);
    return [name, remedy, cell] as const;
  }).filter(([, , cell]) => cell.kind === kind && steps.includes(cell.step));
}
