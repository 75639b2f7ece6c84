import { describeQuickCells } from './run-quick-cells.ts';

describeQuickCells('automatic', ['ResolveRelease', 'ClaimTarget', 'CheckAccess', 'CommitRelease']);
