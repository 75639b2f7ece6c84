import { Command, InvalidArgumentError, Option } from 'commander';
import { SCENARIO_NAMES } from '../sandbox/scenarios/names.ts';
import type { ApplyOptions } from './commands/apply.ts';
import type { DeployOptions } from './commands/deploy.ts';
import type { SandboxOptions } from './commands/sandbox.ts';
import type { StatusOptions } from './commands/status.ts';
import { addApprove, addReject } from './usage/approvals.ts';
import { addEvents } from './usage/events.ts';
import { imageDigest, imageTag } from './usage/image.ts';
import { nonEmptyName } from './usage/non-empty-name.ts';
import { onStack } from './usage/on-stack.ts';
import { oneLineReason } from './usage/one-line-reason.ts';
import { addHold, addRedrive, addResume, addRollback } from './usage/operations.ts';

/** Commands are imported when they run: none waits for the libraries of another. */
export function program(): Command {
  const slipway = new Command('slipway')
    .description('Takes an image from pushed to ECR to Ready on EKS, and says how long every stage took.')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageSentence(text)) });
  addSandbox(slipway.command('sandbox'));
  addApply(onStack(slipway.command('apply')));
  addDeploy(onStack(slipway.command('deploy')));
  addStatus(onStack(slipway.command('status')));
  addHold(onStack(slipway.command('hold')));
  addResume(onStack(slipway.command('resume')));
  addRollback(onStack(slipway.command('rollback')));
  addRedrive(onStack(slipway.command('redrive')));
  addApprove(onStack(slipway.command('approve')));
  addReject(onStack(slipway.command('reject')));
  addEvents(onStack(slipway.command('events')));
  return slipway;
}

function addSandbox(command: Command): void {
  command
    .description('Package the stack, stand it up on this machine, push an image and watch its deployment.')
    .addOption(new Option('--scenario <name>', 'what happens').choices(SCENARIO_NAMES).default('happy'))
    .option('--keep', 'leave everything up afterwards and print how to reach it')
    .option('--package <folder>', 'use what serverless package left there, instead of packaging now')
    .option('--json', 'print one JSON object on standard output')
    .action(async (options: SandboxOptions) => {
      const { sandbox } = await import('./commands/sandbox.ts');
      process.exitCode = await sandbox(options);
    });
}

function addApply(command: Command): void {
  command
    .description('Write the services of a slipway.yaml into the stack, after a look at what a deployment will need.')
    .argument('[file]', 'the file', 'slipway.yaml')
    .option('--prune', "remove this owner's services that the file no longer names")
    .option('--no-check', 'do not look at Git and Argo CD first')
    .action(async (file: string, options: ApplyOptions) => {
      const { apply } = await import('./commands/apply.ts');
      process.exitCode = await apply(file, options);
    });
}

function addDeploy(command: Command): void {
  command
    .description('Deploy an image that is already in ECR.')
    .argument('<service>', 'its name', nonEmptyName)
    .option('--tag <tag>', 'the image by tag', imageTag)
    .option('--digest <digest>', 'the image by digest', imageDigest)
    .option('--environment <name>', 'only this environment', nonEmptyName)
    .option('--target <name>', 'only this target', nonEmptyName)
    .option('--reason <text>', 'why, for the record', oneLineReason)
    .option('--no-wait', 'start it and return')
    .action(async (service: string, options: DeployOptions) => {
      if (options.tag === undefined && options.digest === undefined) command.error("error: missing option '--tag <tag>' or '--digest <digest>'");
      const { deploy } = await import('./commands/deploy.ts');
      process.exitCode = await deploy(service, options);
    });
}

function addStatus(command: Command): void {
  command
    .description('Show what is deployed where, and how the last deployments went.')
    .argument('<service>', 'its name', nonEmptyName)
    .option('--limit <count>', 'deployments per target', wholeNumber, 5)
    .action(async (service: string, options: StatusOptions) => {
      const { status } = await import('./commands/status.ts');
      process.exitCode = await status(service, options);
    });
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1 to 9999.');
  return Number(text);
}

/** Commander's words in one sentence: `error: unknown command 'x'` and its suggestion come on two lines. */
function usageSentence(text: string): string {
  const words = text.replace(/^error: /, '').trim().replaceAll(/\s*\n\s*/g, ' ').replace(/\.$/, '');
  return `slipway: ${words}; see slipway --help.\n`;
}
