import { Argument, type Command } from 'commander';
import type { EventsOptions } from '../commands/events.ts';

export function addEvents(command: Command): void {
  command
    .description('List the events that could not start a deployment, or start one for each of them.')
    .addArgument(new Argument('[action]', 'redrive: start them, once each').choices(['redrive']))
    .action(async (action: 'redrive' | undefined, options: EventsOptions) => {
      const { events } = await import('../commands/events.ts');
      process.exitCode = await events(action, options);
    });
}
