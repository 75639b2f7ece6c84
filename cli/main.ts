import './end-with-parent.ts';
import { carryOnWithoutReaders } from './interruption.ts';
import { program } from './program.ts';
import { reportError } from './report-error.ts';

carryOnWithoutReaders();
try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
