import { defineConfig } from 'vitest/config';

/** Tests that live side by side in one lab: each case has names of its own. */
const SHARING = ['test/lab/{contract,kubernetes,argocd,git,rollouts}/**/*.test.ts'];

/** A guard against hanging, no measure: worlds wait for each other. */
const PATIENCE = { testTimeout: 120_000, hookTimeout: 600_000 };

/**
 * Tests that judge by the real thing: `npm run lab` starts it first and names its folder in SLIPWAY_LAB. The contracts run on every
 * implementation, and the report puts their verdicts side by side.
 */
export default defineConfig({
  test: {
    reporters: ['default', './lab/report/contract-reporter.ts'],
    projects: [
      { test: { ...PATIENCE, name: 'contracts', include: ['test/contract/{cluster,argo-cd,git-host,lost-push,pull-requests}*.test.ts', ...SHARING], maxWorkers: '100%', sequence: { groupOrder: 0 } } },
      // They stop servers of the lab, and there is one world at a time.
      { test: { ...PATIENCE, name: 'worlds', include: ['test/lab/**/*.test.ts'], exclude: SHARING, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
