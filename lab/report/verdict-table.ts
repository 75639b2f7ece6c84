import type { PortVerdicts } from './verdicts.ts';

const WIDEST = 96;

/** Cases in rows, implementations in columns, for people. */
export function verdictTable(ports: readonly PortVerdicts[]): string {
  return ports.map(portTable).join('\n\n');
}

function portTable({ port, implementations, rows }: PortVerdicts): string {
  const head = [port, ...implementations.map(({ name, kind }) => (kind === 'real' ? `${name} (real)` : name))];
  const lines = [head, ...rows.map(({ name, verdicts }) => [shortened(name), ...verdicts])];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}

function shortened(name: string): string {
  return name.length > WIDEST ? `${name.slice(0, WIDEST - 1)}…` : name;
}
