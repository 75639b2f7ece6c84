import { describeQuickCells } from './run-quick-cells.ts';

// Steps that a release meets only where something is asked, waited for or taken back.
describeQuickCells('manual', ['SyncApplication']);
describeQuickCells('hooked', ['VerifyRelease']);
describeQuickCells('asking', ['AwaitApproval']);
describeQuickCells('proposing', ['CommitRelease', 'AwaitMerge']);
describeQuickCells('failing', ['RollBack']);
