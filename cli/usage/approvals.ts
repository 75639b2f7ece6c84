import type { Command } from 'commander';
import type { AnsweredPlace } from '../approval/answer-approvals.ts';
import type { AnswerOptions } from '../commands/answer.ts';
import { imageDigest } from './image.ts';
import { nonEmptyName } from './non-empty-name.ts';
import { oneLineReason } from './one-line-reason.ts';

type Run = (place: AnsweredPlace | null, options: AnswerOptions) => Promise<number>;

export function addApprove(command: Command): void {
  addAnswer(command.description('Let a release that waits for approval be deployed; without arguments, list what waits.'), async (place, options) => {
    const { approve } = await import('../commands/approve.ts');
    return approve(place, options);
  });
}

export function addReject(command: Command): void {
  addAnswer(command.description('End a release that waits for approval without deploying it; without arguments, list what waits.'), async (place, options) => {
    const { reject } = await import('../commands/reject.ts');
    return reject(place, options);
  });
}

function addAnswer(command: Command, run: Run): void {
  command
    .argument('[service]', 'its name', nonEmptyName)
    .argument('[environment]', 'where it waits', nonEmptyName)
    .argument('[target]', 'only this target', nonEmptyName)
    .option('--reason <text>', 'why, for the record', oneLineReason)
    .option('--digest <digest>', 'only if this is what waits', imageDigest)
    .action(async (service: string | undefined, environment: string | undefined, target: string | undefined, options: AnswerOptions) => {
      if (service !== undefined && environment === undefined) command.error("error: missing required argument 'environment'");
      if (service === undefined && (options.reason ?? options.digest) !== undefined) command.error('error: --reason and --digest belong to an answer: name SERVICE and ENVIRONMENT');
      process.exitCode = await run(service === undefined || environment === undefined ? null : { service, environment, target }, options);
    });
}
