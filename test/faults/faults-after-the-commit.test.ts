import { describeQuickCells } from './run-quick-cells.ts';

const STEPS = ['SyncApplication', 'CheckRollout', 'VerifyRelease', 'ConcludeDeployment', 'ConcludeRelease'] as const;

describeQuickCells('automatic', STEPS);
describeQuickCells('manual', STEPS);
describeQuickCells('hooked', STEPS);
