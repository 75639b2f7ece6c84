import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { longestFirst } from './test/support/longest-first.ts';

/** Tests that live side by side in one lab: each case has names of its own. */
const SHARING = ['test/lab/{contract,kubernetes,argocd,git,rollouts}/**/*.test.ts'];

const COMMON = {
  setupFiles: ['test/support/compile-cache.ts'],
  // A guard against hanging, no measure: worlds wait for each other, and the machine may have other work.
  testTimeout: 300_000,
  hookTimeout: 600_000,
  // Files of one worker share what they import, as in vitest.config.ts.
  isolate: false,
};

/** In the order in which they begin. */
const LONGEST = ['lab/contract/git-host', 'lab/contract/cluster', 'stopped-processes', 'second-cluster', 'lab/contract/argo-cd', 'chart', 'watch-bookmarks', 'test/lab/'];

/**
 * Tests that judge by the real thing: `npm run lab` starts it first and names its folder in SLIPWAY_LAB. The contracts run on every
 * implementation, and the report puts their verdicts side by side.
 */
export default defineConfig({
  test: {
    reporters: ['default', './lab/report/contract-reporter.ts'],
    sequence: { sequencer: longestFirst(LONGEST) },
    projects: [
      {
        test: {
          ...COMMON,
          name: 'contracts',
          include: ['test/contract/{cluster,argo-cd,git-host,lost-push,pull-requests}.*test.ts', ...SHARING],
          // One more than there are cores: they wait for controllers a part of their time.
          maxWorkers: availableParallelism() + 1,
          sequence: { groupOrder: 0 },
        },
      },
      // They stop servers of the lab, and there is one world at a time.
      { test: { ...COMMON, name: 'worlds', include: ['test/lab/**/*.test.ts'], exclude: SHARING, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
