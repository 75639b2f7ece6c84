import { defineConfig } from 'vitest/config';

/** Tests that judge by the real thing: `npm run lab` starts it first and names its folder in SLIPWAY_LAB. */
export default defineConfig({
  test: {
    include: ['test/lab/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: '100%',
  },
});
