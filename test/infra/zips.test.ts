import { existsSync, readFileSync } from 'node:fs';
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

  it('holds one ES module: the handler that the function names', () => {
    const folder = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    expect(entries.map(([path]) => path)).toEqual([`functions/${folder}/handler.mjs`]);
    expect(strFromU8(entries[0]?.[1] ?? new Uint8Array())).toMatch(/export ?\{[^}]*\bas handler\b/);
  });
});

describe('the budgets', () => {
  it('are set for every function of the stack', () => {
    const functions = resourcesOf(readTemplate(), 'AWS::Lambda::Function').map(([name]) => name.replace('LambdaFunction', ''));
    expect(functions.map((name) => name.charAt(0).toLowerCase() + name.slice(1)).sort()).toEqual(Object.keys(BUDGETS).sort());
  });
});
