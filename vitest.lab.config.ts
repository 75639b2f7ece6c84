import { defineConfig } from 'vitest/config';
import { placesOfLabs } from './lab/labs.ts';
import { longestFirst } from './test/support/longest-first.ts';

/**
 * Tests that judge by the real thing: `npm run lab` starts it first and names its folders in SLIPWAY_LAB. The contracts run on every
 * implementation, and the report puts their verdicts side by side.
 */
export default defineConfig({
  test: {
    include: ['test/lab/**/*.test.ts', 'test/contract/{cluster,argo-cd,git-host,lost-push}*.test.ts'],
    reporters: ['default', './lab/report/contract-reporter.ts'],
    // A guard against hanging, no measure: worlds wait for each other.
    testTimeout: 120_000,
    hookTimeout: 600_000,
    // One worker has one lab: tests stop its servers, and its worlds have the same names.
    maxWorkers: Math.max(1, placesOfLabs().length),
    sequence: { sequencer: longestFirst(['scenarios/scenarios-played', 'contract/argo-cd', 'cases/', 'lab/contract', 'lab/']) },
  },
});
