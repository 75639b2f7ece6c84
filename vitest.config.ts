import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, in that order: where each begins last, the others have long ended. */
const LONGEST = ['least-privilege', 'scenarios/scenarios-played', 'scenarios/storm-played', 'test/faults/', 'test/cli/sandbox', 'test/sandbox/scenarios/'];

/** On a clean checkout vitest knows no times and goes by the size of files, which for a world says nothing. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const position = LONGEST.findIndex((part) => moduleId.includes(part));
  return position < 0 ? LONGEST.length : position;
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // These need the lab: see vitest.lab.config.ts.
    exclude: ['test/lab/**'],
    // A guard against hanging, no measure: worlds start slowly on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // One more than there are cores: a test of a world waits for it a part of its time.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    coverage: {
      provider: 'v8',
      include: ['src/domain/**', 'src/steps/**'],
      thresholds: { branches: 100 },
    },
  },
});
