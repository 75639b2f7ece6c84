import { describe, expect, it } from 'vitest';
import { understood } from '../support/command-line.ts';
import { readDocument } from '../support/document.ts';

const { text: GUIDE, commands } = readDocument('docs/operations.md');
const LINES = commands('sh');

describe('docs/operations.md', () => {
  it.each(LINES)('shows a command line that is understood: %s', async (line) => {
    expect(await understood(line)).not.toBe('');
  });

  it('names the stage in every command line, since the default is dev', () => {
    expect(LINES.filter((line) => !line.includes('--stage prod'))).toEqual([]);
  });

  it('shows every command that an operator has', () => {
    const shown = (command: string): boolean => LINES.some((line) => line.startsWith(`slipway ${command} `));
    expect(['status', 'hold', 'rollback', 'resume', 'redrive', 'deploy', 'approve', 'reject', 'events redrive'].filter((command) => !shown(command))).toEqual([]);
  });

  it('refuses a command line that is wrong, so that the test can fail', async () => {
    await expect(understood('slipway hold inference-service --stage prod')).rejects.toThrow('--reason');
    await expect(understood('slipway rolback inference-service')).rejects.toThrow('unknown command');
  });

  it('links only to headings that it has', () => {
    const headings = [...GUIDE.matchAll(/^## (.*)$/gm)].map(([, text = '']) => `#${text.toLowerCase().replaceAll(' ', '-')}`);
    const links = [...GUIDE.matchAll(/\]\((#[^)]*)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !headings.includes(link))).toEqual([]);
  });
});
