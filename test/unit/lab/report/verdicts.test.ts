import { describe, expect, it } from 'vitest';
import { verdictTable } from '../../../../lab/report/verdict-table.ts';
import { shortcomings, type TestedCase, verdictsOf } from '../../../../lab/report/verdicts.ts';

function aCase(suite: string, name: string, state: TestedCase['state'] = 'passed', isReal = suite.includes('lab')): TestedCase {
  return { path: [suite, name], isReal, state };
}

/** Cases that make a run whole but for what a test is about. */
function everywhere(ports: readonly string[], name = 'reads'): readonly TestedCase[] {
  return ports.flatMap((port) => ['memory', 'API', 'lab'].map((implementation) => aCase(`${port}: ${implementation}`, name)));
}

describe('the verdicts of contracts', () => {
  it('stand side by side for each case, the in-memory implementation first and the real one last', () => {
    const [cluster] = verdictsOf([aCase('Cluster: lab', 'watches', 'failed'), aCase('Cluster: API over TLS', 'watches'), aCase('Cluster: memory', 'watches', 'skipped')]);
    expect(cluster?.implementations.map(({ name }) => name)).toEqual(['memory', 'API over TLS', 'lab']);
    expect(cluster?.rows).toEqual([{ name: 'watches', verdicts: ['not simulated', 'passed', 'failed'] }]);
  });

  it('name the part of a contract, and the suites inside', () => {
    const [git] = verdictsOf([{ path: ['file', 'GitHost (smart HTTP, a server without filter): commit', 'a lost race', 'wins the second time'], isReal: false, state: 'passed' }]);
    expect(git).toMatchObject({ port: 'GitHost', implementations: [{ name: 'smart HTTP, a server without filter', kind: 'stand-in' }] });
    expect(git?.rows.map(({ name }) => name)).toEqual(['commit › a lost race › wins the second time']);
  });

  it('count a case that never ended as failed', () => {
    expect(verdictsOf([aCase('ArgoCd: lab', 'syncs', 'pending')])[0]?.rows[0]?.verdicts).toEqual(['failed']);
  });

  it('leave out tests of anything else', () => {
    expect(verdictsOf([aCase('Clusters of the sandbox', 'start'), aCase('happy', 'succeeds')])).toEqual([]);
  });

  it('are a table with a line for each case', () => {
    const ports = verdictsOf([aCase('Cluster: memory', 'watches'), aCase('Cluster: lab', 'watches', 'failed')]);
    expect(verdictTable(ports)).toBe('Cluster  memory  lab (real)\nwatches  passed  failed');
  });

  it('cut the name of a case that is too long for a line', () => {
    expect(verdictTable(verdictsOf([aCase('Cluster: memory', 'x'.repeat(200))]))).toMatch(/^Cluster {91}memory\nx{95}… {2}passed$/m);
  });
});

describe('a whole run', () => {
  it('lacks nothing where each port was judged on all three kinds of implementation', () => {
    expect(shortcomings(verdictsOf(everywhere(['Cluster', 'ArgoCd', 'GitHost'])))).toEqual([]);
  });

  it('lacks a case that one implementation does not have', () => {
    const tests = [...everywhere(['Cluster', 'ArgoCd', 'GitHost']), aCase('Cluster: lab', 'restarts'), aCase('Cluster: memory', 'restarts')];
    expect(shortcomings(verdictsOf(tests))).toEqual(['Cluster: API does not have the case "restarts"']);
  });

  it('lacks a port that the real thing never judged', () => {
    const tests = everywhere(['Cluster', 'ArgoCd', 'GitHost']).filter(({ path: [suite] }) => suite !== 'GitHost: lab');
    expect(shortcomings(verdictsOf(tests))).toEqual(['GitHost: no case ran on the real thing']);
  });
});
