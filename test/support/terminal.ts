import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { commandEnvironment } from './run-slipway.ts';

/** A shell that stays open, as a person's terminal does: what one command sets, the next one sees. */
export type Terminal = {
  /** Types a command and waits for its end. */
  run(command: string): Promise<{ readonly code: number; readonly said: string }>;
  close(): Promise<void>;
};

export function openTerminal({ cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }): Terminal {
  const shell = spawn('sh', [], { cwd, env: commandEnvironment(env), stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  let heard = (): void => undefined;
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    heard();
  });
  const ended = once(shell, 'exit');
  return {
    async run(command) {
      const end = randomUUID();
      said = '';
      // No command may read what is typed after it.
      shell.stdin.write(`{ ${command}\n} 2>&1 </dev/null; echo "${end} $?"\n`);
      for (;;) {
        const [, before = '', code] = new RegExp(`^([^]*)${end} (\\d+)\\n`).exec(said) ?? [];
        if (code !== undefined) return { code: Number(code), said: before };
        const more = new Promise<true>((resolve) => (heard = () => resolve(true)));
        if ((await Promise.race([more, ended])) !== true) throw new Error(`The shell ended in: ${command}\n${said}`);
      }
    },
    async close() {
      shell.stdin.end();
      await ended;
    },
  };
}
