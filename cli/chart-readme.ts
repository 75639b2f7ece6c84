import { isMap, isScalar, type Pair, parse, parseDocument, stringify } from 'yaml';

type Row = { readonly path: string; readonly value: string; readonly text: string };

/** The README of a Helm chart: what it is for, and each of its values with the comment above it. */
export function chartReadme(chart: string, values: string): string {
  const { name, description, kubeVersion } = parse(chart) as Readonly<Record<'name' | 'description' | 'kubeVersion', string>>;
  const rows = rowsOf(values, parseDocument(values).contents, '');
  return `# ${name}

<!-- Written by \`npm run chart:readme\` from Chart.yaml and the comments of values.yaml. -->

${description}. For Kubernetes ${kubeVersion.replace('-0', '')}.

| file | has |
|---|---|
| \`values.yaml\` | the defaults, explained below |
| \`values-dev.yaml\`, \`values-prod.yaml\` | what differs in all clusters of an environment |
| \`envs/<environment>/values.yaml\` of the config repository | the release, which Slipway writes to \`image.tag\` and \`image.digest\`, and what else only that environment has |
| \`values.schema.json\` | what each value may be: one that is unknown or of another type is refused by its name |
| \`ci/\` | scenarios that the tests render, lint and show to a real API server |

An Application names the values files in this order, of which later ones win (\`argocd/\`). \`helm test RELEASE\` asks the service, through its Service, whether it is ready and which model it has.

## Values

| value | default | |
|---|---|---|
${rows.map(({ path, value, text }) => `| \`${path}\` | ${value === '' ? '' : `\`${value}\``} | ${text.replaceAll('|', '\\|')} |`).join('\n')}
`;
}

/** A row for each member that is explained, and for its siblings; what is explained as a whole is one row. */
function rowsOf(text: string, node: unknown, parent: string): Row[] {
  if (!isMap(node)) return [];
  return node.items.flatMap((pair) => {
    const path = `${parent}${keyOf(pair)}`;
    const comment = commentAbove(text, pair);
    if (!hasComments(text, pair.value)) return [{ path, value: defaultOf(text, pair.value), text: comment }];
    return [...(comment === '' ? [] : [{ path, value: '', text: comment }]), ...rowsOf(text, pair.value, `${path}.`)];
  });
}

function hasComments(text: string, node: unknown): boolean {
  return isMap(node) && node.items.some((pair) => commentAbove(text, pair) !== '' || hasComments(text, pair.value));
}

/** The lines of comment that end right above the key; none for a key that does not begin its line. */
function commentAbove(text: string, pair: Pair): string {
  const lines = text.slice(0, startOf(pair)).split('\n');
  if (lines.pop()?.trim() !== '') return '';
  const code = lines.findLastIndex((line) => !line.trimStart().startsWith('#'));
  return lines.slice(code + 1).map((line) => line.trimStart().replace(/^# ?/, '')).join(' ');
}

function startOf({ key }: Pair): number {
  return isScalar(key) ? (key.range?.[0] ?? 0) : 0;
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

/** As it is written; a collection on one line. */
function defaultOf(text: string, node: unknown): string {
  if (isScalar(node) && node.range) return text.slice(node.range[0], node.range[1]);
  return stringify(node, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}
