import type { Command } from 'commander';
import type { HoldOptions } from '../commands/hold.ts';
import type { RedriveOptions } from '../commands/redrive.ts';
import type { ResumeOptions } from '../commands/resume.ts';
import type { RollbackOptions } from '../commands/rollback.ts';
import { imageTag } from './image.ts';
import { nonEmptyName } from './non-empty-name.ts';
import { oneLineReason } from './one-line-reason.ts';

/** What an operator does by hand, on all targets of a service or on some of them. */
function onTargets(command: Command): Command {
  return command
    .argument('<service>', 'its name', nonEmptyName)
    .argument('[environment]', 'only this environment', nonEmptyName)
    .argument('[target]', 'only this target', nonEmptyName);
}

export function addHold(command: Command): void {
  onTargets(command)
    .description('Let no newer release onto a target until slipway resume; what is being deployed goes on.')
    .requiredOption('--reason <text>', 'why, for whoever meets the hold', oneLineReason)
    .action(async (service: string, environment: string | undefined, target: string | undefined, options: HoldOptions) => {
      const { hold } = await import('../commands/hold.ts');
      process.exitCode = await hold({ service, environment, target }, options);
    });
}

export function addResume(command: Command): void {
  onTargets(command)
    .description('Lift the hold of a target, and deploy the newest release that waited for it.')
    .action(async (service: string, environment: string | undefined, target: string | undefined, options: ResumeOptions) => {
      const { resume } = await import('../commands/resume.ts');
      process.exitCode = await resume({ service, environment, target }, options);
    });
}

export function addRollback(command: Command): void {
  onTargets(command)
    .description('Bring back an earlier release and hold the target there until slipway resume.')
    .option('--to <tag>', 'the release to bring back; without it the last one that succeeded before', imageTag)
    .requiredOption('--reason <text>', 'why, for the record and for whoever meets the hold', oneLineReason)
    .option('--no-wait', 'start it and return')
    .action(async (service: string, environment: string | undefined, target: string | undefined, options: RollbackOptions) => {
      const { rollback } = await import('../commands/rollback.ts');
      process.exitCode = await rollback({ service, environment, target }, options);
    });
}

export function addRedrive(command: Command): void {
  command
    .description('Let a failed execution go on where it failed, and show it to its end.')
    .argument('<execution>', 'its ARN or name, or a service: its last execution that failed', nonEmptyName)
    .action(async (execution: string, options: RedriveOptions) => {
      const { redrive } = await import('../commands/redrive.ts');
      process.exitCode = await redrive(execution, options);
    });
}
