import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Begins the files that take longest first, so that none of them is left when all others have ended. On a clean checkout vitest knows
 * no times and goes by the size of files, which for a world says nothing.
 * @param longest parts of their paths, in the order in which they are to begin
 */
export function longestFirst(longest: readonly string[]): typeof BaseSequencer {
  const rank = ({ moduleId }: TestSpecification): number => {
    const position = longest.findIndex((part) => moduleId.includes(part));
    return position < 0 ? longest.length : position;
  };
  return class LongestFirst extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const sorted = await super.sort(files);
      return sorted.toSorted((one, other) => rank(one) - rank(other));
    }
  };
}
