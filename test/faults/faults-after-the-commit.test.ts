import { describeQuickCells } from './run-quick-cells.ts';

describeQuickCells('automatic', ['SyncApplication', 'CheckRollout', 'ConcludeDeployment', 'ConcludeRelease']);
