/** `npm run sandbox:push -- TAG` */
import { Command } from 'commander';
import { reportError } from './report-error.ts';
import { pushToSandbox } from './sandbox/push-to-sandbox.ts';
import { imageTag } from './usage/image.ts';

const command = new Command('npm run sandbox:push --')
  .description('Push an image to the sandbox that is up, as a pipeline does, and watch the deployment that this starts.')
  .argument('<tag>', 'its tag', imageTag)
  .exitOverride()
  .action(async (tag: string) => {
    process.exitCode = await pushToSandbox(tag);
  });
try {
  await command.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
