/** `npm run package`: packages the stack as a deployment would, for the tests and the bench, and ends where a failed build would hang. */
import { reportError } from './report-error.ts';
import { useOwnTemporaryFolder } from './sandbox/own-world.ts';
import { packageStack } from './sandbox/package-stack.ts';

useOwnTemporaryFolder();
try {
  await packageStack('sandbox');
} catch (error) {
  process.exitCode = reportError(error);
}
