import { defineConfig } from 'vitest/config';

/** Guards against hanging, no measure. */
const PATIENCE = { testTimeout: 120_000, hookTimeout: 120_000 };
/** The first run installs what it judges by. */
const INSTALLING = { testTimeout: 120_000, hookTimeout: 1_200_000 };

export default defineConfig({
  test: {
    projects: [
      { test: { ...PATIENCE, name: 'service', include: ['test/**/*.test.ts'], exclude: ['test/{image,mlflow,published-rules}/**'] } },
      { test: { ...INSTALLING, name: 'image', include: ['test/image/**/*.test.ts'] } },
      { test: { ...INSTALLING, name: 'mlflow', include: ['test/mlflow/**/*.test.ts'] } },
      { test: { ...INSTALLING, name: 'published rules', include: ['test/published-rules/**/*.test.ts'] } },
    ],
  },
});
