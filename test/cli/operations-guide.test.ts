import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { program } from '../../cli/program.ts';

const GUIDE = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

/** Command lines of the guide's shell blocks. */
const LINES = [...GUIDE.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => block.trim().split('\n'));

/** Words of a command line as a shell takes them: quotes hold one word together. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

/** Takes a command line as the terminal does, and returns the command that would have run. */
async function parsed(line: string): Promise<string> {
  const [name, ...args] = words(line);
  expect(name).toBe('slipway');
  const slipway = program();
  let ran = '';
  silence(slipway, (command) => (ran = command));
  await slipway.parseAsync([...args], { from: 'user' });
  return ran;
}

/** Commands that do nothing but say that they would run. */
function silence(command: Command, told: (name: string) => void): void {
  command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  for (const child of command.commands) {
    silence(child, told);
    if (child.commands.length === 0) child.action(() => told(child.name()));
  }
}

describe('docs/operations.md', () => {
  it.each(LINES)('shows a command line that is understood: %s', async (line) => {
    expect(await parsed(line)).not.toBe('');
  });

  it('names the stage in every command line, since the default is dev', () => {
    expect(LINES.filter((line) => !line.includes('--stage prod'))).toEqual([]);
  });

  it('shows every command that an operator has', () => {
    const shown = (command: string): boolean => LINES.some((line) => line.startsWith(`slipway ${command} `));
    expect(['status', 'hold', 'rollback', 'resume', 'redrive', 'deploy', 'approve', 'reject', 'events redrive'].filter((command) => !shown(command))).toEqual([]);
  });

  it('refuses a command line that is wrong, so that the test can fail', async () => {
    await expect(parsed('slipway hold inference-service --stage prod')).rejects.toThrow('--reason');
    await expect(parsed('slipway rolback inference-service')).rejects.toThrow('unknown command');
  });

  it('links only to headings that it has', () => {
    const headings = [...GUIDE.matchAll(/^## (.*)$/gm)].map(([, text = '']) => `#${text.toLowerCase().replaceAll(' ', '-')}`);
    const links = [...GUIDE.matchAll(/\]\((#[^)]*)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !headings.includes(link))).toEqual([]);
  });
});
