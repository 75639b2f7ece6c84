import { type Command, InvalidArgumentError } from 'commander';
import type { AnsweredPlace } from '../approval/answer-approvals.ts';
import type { AnswerOptions } from '../commands/answer.ts';
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
    .argument('[service]')
    .argument('[environment]')
    .argument('[target]', 'only this target')
    .option('--reason <text>', 'why, for the record', oneLineReason)
    .option('--digest <digest>', 'only if this is what waits', wholeDigest)
    .action(async (service: string | undefined, environment: string | undefined, target: string | undefined, options: AnswerOptions) => {
      if (service !== undefined && environment === undefined) command.error("error: missing required argument 'environment'");
      process.exitCode = await run(service === undefined || environment === undefined ? null : { service, environment, target }, options);
    });
}

function wholeDigest(text: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError('It is sha256: and 64 hexadecimal digits.');
}
