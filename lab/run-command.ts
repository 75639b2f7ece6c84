/**
 * Runs a command of the lab to its exit code: an error is its message on standard error, and a signal ends this process at once, which
 * the lab's guard hears of.
 */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
  try {
    process.exitCode = await command();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
