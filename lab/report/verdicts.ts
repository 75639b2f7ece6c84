/** How a case of a contract ended on one implementation of its port. */
export type Verdict = 'passed' | 'failed' | 'not simulated' | 'missing';

/** A test that ran, as far as contracts are concerned. */
export type TestedCase = {
  /** Names of its suites, the outermost first, and its own. */
  readonly path: readonly string[];
  /** Of its file. */
  readonly isReal: boolean;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
};

export type PortVerdicts = {
  readonly port: string;
  /** The implementations of the port: the in-memory one first, the real ones last. */
  readonly implementations: readonly Implementation[];
  readonly rows: readonly { readonly name: string; readonly verdicts: readonly Verdict[] }[];
};

export type Implementation = { readonly name: string; readonly kind: 'memory' | 'stand-in' | 'real' };

/** `Cluster: memory`, `GitHost (smart HTTP): read`: a port whose contract the lab judges, an implementation, and perhaps a part of the contract. */
const SUITE = /^(Cluster|ArgoCd|GitHost)(?:: | \()([^):]+)\)?(?:: (.+))?$/;
const KINDS = ['memory', 'stand-in', 'real'] as const;

type JudgedCase = { readonly port: string; readonly implementation: Implementation; readonly name: string; readonly verdict: Verdict };

/** The verdicts of the contracts side by side. A case that an implementation's suite does not have is missing there. */
export function verdictsOf(tests: readonly TestedCase[]): readonly PortVerdicts[] {
  const cases = tests.flatMap((test) => judgedCase(test) ?? []);
  return [...Map.groupBy(cases, ({ port }) => port)].map(([port, own]) => portVerdicts(port, own));
}

/** What a whole run must have besides cases that pass: each port judged on all three kinds of implementation, and no case missing. */
export function shortcomings(ports: readonly PortVerdicts[]): readonly string[] {
  const expected = ['Cluster', 'ArgoCd', 'GitHost'].flatMap((port) => KINDS.map((kind) => ({ port, kind })));
  const unjudged = expected.filter(({ port, kind }) => !ports.some((one) => one.port === port && one.implementations.some((implementation) => implementation.kind === kind)));
  const missing = ports.flatMap(({ port, implementations, rows }) =>
    rows.flatMap(({ name, verdicts }) => verdicts.flatMap((verdict, column) => (verdict === 'missing' ? [`${port}: ${implementations[column]?.name} does not have the case "${name}"`] : []))),
  );
  return [...unjudged.map(({ port, kind }) => `${port}: no case ran on ${kind === 'real' ? 'the real thing' : kind}`), ...missing];
}

function judgedCase({ path, isReal, state }: TestedCase): JudgedCase | null {
  const start = path.findIndex((name) => SUITE.test(name));
  const [, port, name, part] = SUITE.exec(path[start] ?? '') ?? [];
  if (port === undefined || name === undefined) return null;
  const kind = isReal ? 'real' : name === 'memory' ? 'memory' : 'stand-in';
  const words = [...(part === undefined ? [] : [part]), ...path.slice(start + 1)];
  const verdict: Verdict = state === 'skipped' ? 'not simulated' : state === 'passed' ? 'passed' : 'failed';
  return { port, implementation: { name, kind }, name: words.join(' › '), verdict };
}

function portVerdicts(port: string, cases: readonly JudgedCase[]): PortVerdicts {
  const byName = new Map(cases.map(({ implementation }) => [implementation.name, implementation]));
  const implementations = [...byName.values()].toSorted((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
  const rows = [...Map.groupBy(cases, ({ name }) => name)].map(([name, own]) => ({
    name,
    verdicts: implementations.map((implementation) => own.find((one) => one.implementation.name === implementation.name)?.verdict ?? 'missing'),
  }));
  return { port, implementations, rows };
}
