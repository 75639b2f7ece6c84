import { EXIT } from './exit.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * From now on Ctrl-C, a polite kill and a closed terminal end the process at once with the exit code that `code` gives. A repeated
 * signal changes nothing: npm passes on the Ctrl-C that the terminal has sent to everybody already.
 */
export function exitWhenInterrupted(code: () => number = () => EXIT.interrupted): void {
  for (const signal of SIGNALS) process.on(signal, () => process.exit(code()));
}

/** A reader that closed the pipe, as `head` does, has seen enough; what is left to do is done without it. */
export function carryOnWithoutReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
