import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSlipway } from '../support/run-slipway.ts';

const CLI = new URL('../../cli/', import.meta.url);
/** Makes this Node take itself for version 20, and only this: what it starts is not told. */
const PRETEND = `--import=data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})`;

/** Says with what it was started; then ends with 3, or waits until it is told to end. */
const MAIN = `import '${new URL('end-with-parent.ts', CLI).href}';
process.on('SIGTERM', () => process.exit(130));
console.error(process.versions.node.split('.')[0] >= 24 ? 'new' : 'old', process.argv.slice(2).join(' '));
if (process.argv[2] !== 'wait') process.exit(3);
setInterval(() => undefined, 1_000);
`;

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'slipway-checkout-'));
  mkdirSync(join(project, 'cli'));
  copyFileSync(new URL('slipway.mjs', CLI), join(project, 'cli/slipway.mjs'));
  writeFileSync(join(project, 'cli/main.ts'), MAIN);
});
afterEach(() => rmSync(project, { recursive: true }));

const start = (...args: readonly string[]) => startSlipway(args, { nodeArgs: [PRETEND], script: join(project, 'cli/slipway.mjs') });

function bundleNode(): void {
  const bundled = join(project, `node_modules/node-linux-${process.arch}/bin/node`);
  mkdirSync(dirname(bundled), { recursive: true });
  symlinkSync(process.execPath, bundled);
}

describe('slipway on an older Node', () => {
  it('says in one sentence what is missing, and exits 2', async () => {
    expect(await start('sandbox').ended).toEqual({
      code: 2,
      stdout: '',
      stderr: 'slipway needs Node 24 or newer and this is 20.20.2; run npm ci (it brings Node 24 on Linux), or install Node 24.\n',
    });
  });

  it('runs on the Node that npm ci has brought, with the same arguments and the same exit code', async () => {
    bundleNode();
    const { code, stderr } = await start('status', 'a service').ended;
    expect([code, stderr]).toEqual([3, expect.stringMatching(/^new status a service\n$/)]);
  });

  it('passes a signal on, and ends as the command ends', async () => {
    bundleNode();
    const { child, ended, untilSaid } = start('wait');
    await untilSaid('wait');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(130);
  });

  it('takes the command with it when it is killed', async () => {
    bundleNode();
    const { child, ended, untilSaid } = start('wait');
    await untilSaid('wait');
    child.kill('SIGKILL');
    // Its pipes are the command's too: they close when both have ended.
    expect((await ended).code).toBeNull();
  });
});
