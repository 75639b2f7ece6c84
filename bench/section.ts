export type Row = readonly (string | number)[];

/** A titled table. Columns are as wide as their widest cell; the last one runs free. */
export function section(title: string, rows: readonly Row[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => (column < row.length - 1 || typeof row[column] === 'number' ? String(row[column] ?? '').length : 0)));
  const line = (row: Row) => row.map((cell, column) => (column === 0 ? String(cell).padEnd(width(0)) : String(cell).padStart(width(column)))).join('  ').trimEnd();
  return `\n${title}\n${rows.map((row) => `  ${line(row)}`).join('\n')}`;
}
