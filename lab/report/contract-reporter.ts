import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';
import { shortcomings, type TestedCase, verdictsOf } from './verdicts.ts';
import { verdictTable } from './verdict-table.ts';

/** Puts the verdicts of the contracts side by side at the end of a run. A whole run fails where a case was not judged by all. */
export default class ContractReporter implements Reporter {
  private vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    // A run of chosen tests skips all others, which says nothing about them.
    if (this.vitest?.config.testNamePattern !== undefined) return;
    const ports = verdictsOf(modules.flatMap((module) => [...module.children.allTests()].map((test) => tested(test, module))));
    if (ports.length === 0) return;
    console.log(`\nContracts\n\n${verdictTable(ports)}\n`);
    const isWhole = modules.length === (await this.vitest?.globTestSpecifications())?.length;
    const problems = isWhole ? shortcomings(ports) : [];
    for (const problem of problems) console.error(problem);
    if (problems.length > 0) process.exitCode = 1;
  }
}

function tested(test: TestCase, { relativeModuleId }: TestModule): TestedCase {
  const path = [test.name];
  for (let suite = test.parent; suite.type === 'suite'; suite = suite.parent) path.unshift(suite.name);
  const { state } = test.result();
  // Cases of a suite that could not begin are skipped too, but nobody declared them so.
  const isDeclared = state !== 'skipped' || test.options.mode === 'skip';
  return { path, isReal: relativeModuleId.startsWith('test/lab/'), state: isDeclared ? state : 'failed' };
}
