import { Command, CommanderError } from 'commander';
import { SlipwayError } from '../src/domain/errors.ts';
import { SCENARIO_NAMES } from '../sandbox/scenarios/names.ts';
import { EXIT } from './exit.ts';

/** Commands are imported when they run: none waits for the libraries of another. */
function program(): Command {
  const slipway = new Command('slipway')
    .description('Takes an image from pushed to ECR to Ready on EKS, and says how long every stage took.')
    .exitOverride()
    .showHelpAfterError('(slipway --help lists the commands)');

  slipway
    .command('sandbox')
    .description('Package the stack, stand it up on this machine, push an image and watch its deployment.')
    .option('--scenario <name>', `what happens: ${SCENARIO_NAMES.join(', ')}`, 'happy')
    .option('--keep', 'leave everything up afterwards and print how to reach it')
    .option('--json', 'print one JSON object on standard output')
    .action(async (options: { scenario: string; keep?: boolean; json?: boolean }) => {
      const { sandbox } = await import('./commands/sandbox.ts');
      process.exitCode = await sandbox(options);
    });

  onStack(slipway.command('apply'))
    .description('Write the services of a slipway.yaml into the stack, after a look at what a deployment will need.')
    .argument('[file]', 'the file', 'slipway.yaml')
    .option('--prune', "remove this owner's services that the file no longer names")
    .option('--no-check', 'do not look at Git and Argo CD first')
    .action(async (file: string, options: StackOptions & { prune?: boolean; check: boolean }) => {
      const { apply } = await import('./commands/apply.ts');
      process.exitCode = await apply(file, options);
    });

  onStack(slipway.command('deploy'))
    .description('Deploy an image that is already in ECR.')
    .argument('<service>')
    .option('--tag <tag>', 'the image by tag')
    .option('--digest <digest>', 'the image by digest')
    .option('--environment <name>', 'only this environment')
    .option('--target <name>', 'only this target')
    .option('--reason <text>', 'why, for the record')
    .option('--no-wait', 'start it and return')
    .action(async (service: string, options: DeployOptions) => {
      const { deploy } = await import('./commands/deploy.ts');
      process.exitCode = await deploy(service, options);
    });

  onStack(slipway.command('status'))
    .description('Show what is deployed where, and how the last deployments went.')
    .argument('<service>')
    .option('--limit <count>', 'deployments per target', '5')
    .action(async (service: string, options: StackOptions & { limit: string }) => {
      const { status } = await import('./commands/status.ts');
      process.exitCode = await status(service, options);
    });
  return slipway;
}

type StackOptions = { readonly stage: string; readonly json?: boolean };
type DeployOptions = StackOptions & { tag?: string; digest?: string; environment?: string; target?: string; reason?: string; wait: boolean };

function onStack(command: Command): Command {
  return command.option('--stage <name>', 'stage of the stack', 'dev').option('--json', 'print one JSON object on standard output');
}

/** The one place that turns errors into exit codes and sentences. */
async function main(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.succeeded : EXIT.usage;
      return;
    }
    process.exitCode = error instanceof SlipwayError && error.name === 'ConfigurationError' ? EXIT.usage : EXIT.failed;
    console.error(error instanceof SlipwayError ? error.message : error);
  }
}

await main();
