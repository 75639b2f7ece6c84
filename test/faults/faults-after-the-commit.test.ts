import { describeQuickCells } from './run-quick-cells.ts';

const STEPS = ['SyncApplication', 'CheckRollout', 'VerifyRelease', 'RollBack', 'ConcludeDeployment', 'ConcludeRelease'] as const;

describeQuickCells('automatic', STEPS);
describeQuickCells('manual', STEPS);
describeQuickCells('hooked', STEPS);
describeQuickCells('failing', STEPS);
