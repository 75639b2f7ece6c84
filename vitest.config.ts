import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { longestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // These need the lab: see vitest.lab.config.ts.
    exclude: ['test/lab/**'],
    setupFiles: ['test/support/compile-cache.ts'],
    // A guard against hanging, no measure: worlds start slowly on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // More than there are cores: a test of a world waits for it a part of its time.
    maxWorkers: availableParallelism() + 2,
    // Files of one worker share what they import: a third of the time would go into importing it for each. So no test may leave anything behind.
    isolate: false,
    sequence: { sequencer: longestFirst(['test/tutorial/', 'least-privilege', 'scenarios/scenarios-played', 'scenarios/storm-played', 'test/faults/', 'test/cli/sandbox', 'test/sandbox/scenarios/']) },
    coverage: {
      provider: 'v8',
      include: ['src/domain/**', 'src/steps/**'],
      thresholds: { branches: 100 },
    },
  },
});
