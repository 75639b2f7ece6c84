import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // These need the lab: see vitest.lab.config.ts.
    exclude: ['test/lab/**'],
    // A guard against hanging, no measure: worlds start slowly on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // On two cores vitest would take one worker; the tests wait more than they compute.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['src/domain/**', 'src/steps/**'],
      thresholds: { branches: 100 },
    },
  },
});
