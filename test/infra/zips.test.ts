import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { PACKAGE, readTemplate, resourcesOf } from './packaged-template.ts';

const KB = 1024;

/** Largest zip of each function, as uploaded: what is loaded at a cold start is part of every deployment's time. */
const BUDGETS: Record<string, number> = {
  resolveRelease: 300 * KB,
  awaitApproval: 300 * KB,
  claimTarget: 300 * KB,
  commitRelease: 250 * KB,
  joinBatch: 300 * KB,
  awaitMerge: 300 * KB,
  syncApplication: 300 * KB,
  // With the Kubernetes client.
  checkAccess: 600 * KB,
  checkRollout: 600 * KB,
  verifyRelease: 300 * KB,
  rollBack: 250 * KB,
  concludeDeployment: 300 * KB,
  concludeRelease: 300 * KB,
  answerApproval: 300 * KB,
  resumePullRequests: 300 * KB,
  sweepReleases: 300 * KB,
};

describe.each(Object.keys(BUDGETS))('the zip of %s', (name) => {
  const file = new URL(`${name}.zip`, PACKAGE);
  if (!existsSync(file)) throw new Error(`There is no ${name}.zip: run \`npm run package\` first.`);
  const zip = readFileSync(file);
  const entries = Object.entries(unzipSync(zip));

  it('is within its budget', () => {
    expect(zip.byteLength).toBeLessThanOrEqual(BUDGETS[name] ?? 0);
  });

  it('holds one CommonJS module: the handler that the function names', () => {
    const folder = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    expect(entries.map(([path]) => path)).toEqual([`functions/${folder}/handler.cjs`]);
    expect(strFromU8(entries[0]?.[1] ?? new Uint8Array())).toMatch(/module\.exports ?= ?\{ ?handler ?\}/);
  });
});

describe('what the functions load', () => {
  it('is their handlers, and nothing of the fetch of Node, which none of them calls', () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-zips-'));
    try {
      for (const name of Object.keys(BUDGETS)) {
        const [module] = Object.values(unzipSync(readFileSync(new URL(`${name}.zip`, PACKAGE))));
        writeFileSync(join(folder, `${name}.cjs`), module ?? '');
        expect(Buffer.from(module ?? []).toString()).not.toMatch(/\bimport\(["']node:/);
      }
      const load = `const loaded = process.argv.slice(1).map((name) => typeof require('./' + name + '.cjs').handler);
        console.log(JSON.stringify({ loaded, modules: process.moduleLoadList }));`;
      const told = execFileSync(process.execPath, ['-e', load, ...Object.keys(BUDGETS)], { cwd: folder, encoding: 'utf8' });
      const { loaded, modules } = JSON.parse(told) as { loaded: string[]; modules: string[] };
      expect(new Set(loaded)).toEqual(new Set(['function']));
      expect(modules).toContain('NativeModule https');
      expect(modules).not.toContain('NativeModule internal/deps/undici/undici');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the budgets', () => {
  it('are set for every function of the stack', () => {
    const functions = resourcesOf(readTemplate(), 'AWS::Lambda::Function').map(([name]) => name.replace('LambdaFunction', ''));
    expect(functions.map((name) => name.charAt(0).toLowerCase() + name.slice(1)).sort()).toEqual(Object.keys(BUDGETS).sort());
  });
});
