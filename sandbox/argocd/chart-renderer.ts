import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse, type Tags } from 'yaml';
import { z } from 'zod';
import type { BareRepository } from '../git/bare-repository.ts';
import type { KubernetesObject } from './cluster-access.ts';
import { inferenceService } from './inference-service.ts';
import { type ChartValues, valueNotRendered } from './inference-values.ts';
import type { ApplicationManifest } from './manifests.ts';

/** What Helm is told of the cluster. */
const KUBERNETES = '1.36.3';
const chartFolder = new URL('../../helm/inference-service/', import.meta.url);

/** Why a revision cannot be rendered, in the words of Argo CD's repo-server. */
export class RenderError extends Error {
  override readonly name = 'RenderError';
}

/** Files of the one chart that the stand-in renders, by their path inside the chart. */
export function chartFiles(): Record<string, string> {
  const entries = readdirSync(chartFolder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => posix.join(entry.parentPath, entry.name).slice(chartFolder.pathname.length));
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(new URL(path, chartFolder), 'utf8')]));
}

/** Renders an Application at a revision as `helm template` would. @throws RenderError */
export async function renderApplication(repository: BareRepository, revision: string, { metadata, spec }: Pick<ApplicationManifest, 'metadata' | 'spec'>): Promise<KubernetesObject[]> {
  const { path, helm } = spec.source;
  const source = { name: metadata.name, namespace: spec.destination.namespace, valueFiles: (helm?.valueFiles ?? []).map((file) => posix.join(path, file)) };
  const paths = await repository.listFiles(revision, path);
  if (paths.length === 0) throw new RenderError(`${path}: app path does not exist`);
  const files = await repository.readFiles(revision, [...paths, ...source.valueFiles]);
  const chart = Object.fromEntries(paths.map((file) => [file.slice(path.length + 1), files[file] ?? '']));
  checkChart(chart, path);
  const overrides = source.valueFiles.map((file) => {
    const text = files[file];
    if (text === undefined) throw helmError(source, `open <path to cached source>/${file}: no such file or directory`);
    return text;
  });
  try {
    return renderChart(chart, overrides, source);
  } catch (error) {
    if (error instanceof RenderError) throw error;
    throw helmError(source, error instanceof Error ? error.message : String(error));
  }
}

/** Only the chart whose templates are known by heart is rendered: another one, or a changed one, is refused rather than guessed. */
function checkChart(chart: Record<string, string>, path: string): void {
  const { name } = z.object({ name: z.string() }).catch({ name: '' }).parse(parse(chart['Chart.yaml'] ?? ''));
  if (name !== 'inference-service') {
    throw new RenderError(`the sandbox's Argo CD renders the chart inference-service alone, not ${name === '' ? path : `the chart ${name}`}: use a real Argo CD for others`);
  }
  if (!isDeepStrictEqual(templates(chart), templates(chartFiles()))) {
    throw new RenderError(`the sandbox's Argo CD has no template engine, and the templates in ${path} are not those of helm/inference-service: use a real Argo CD for them`);
  }
}

function templates(chart: Record<string, string>): [string, string][] {
  return Object.entries(chart).filter(([path]) => path.startsWith('templates/'));
}

/** Renders our chart with values files over its own values. @throws in Helm's words for values that its schema refuses, RenderError for those that ask for kinds that are not simulated */
export function renderChart(chart: Record<string, string>, valuesFiles: readonly string[], release: { readonly name: string; readonly namespace: string }): KubernetesObject[] {
  const { version } = z.object({ version: z.string() }).parse(parse(chart['Chart.yaml'] ?? ''));
  const overrides = valuesFiles.map(parseValues).reduce(merge, {});
  const values = mergeOverDefaults(parseValues(chart['values.yaml'] ?? ''), overrides);
  const checked = checkValues(values, chart['values.schema.json'] ?? '{}');
  const unknown = valueNotRendered(checked);
  if (unknown !== undefined) throw new RenderError(`the sandbox's Argo CD renders the chart's Deployment, Service, ServiceAccount and ConfigMap, and not what "${unknown}" asks for: use a real Argo CD for it`);
  return inferenceService(checked, { ...release, version });
}

/** An octal number of YAML 1.2, which Helm knows beside those of YAML 1.1. */
const OCTAL = { tag: 'tag:yaml.org,2002:int', default: true, test: /^[-+]?0o[0-7]+$/, resolve: (text: string) => parseInt(text.replace('0o', ''), 8) } as const;

/** Helm reads YAML 1.1, where `on` is a boolean and 1_000 a number, but leaves dates as text; of a key given twice it takes the last. */
function parseValues(text: string): unknown {
  const customTags = (tags: Tags) => [OCTAL, ...tags.filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:timestamp')];
  return parse(text, { version: '1.1', uniqueKeys: false, customTags }) ?? {};
}

/** By the schema's text: to read one takes longer than all the rest of rendering. */
const validators = new Map<string, z.ZodType>();

function checkValues(values: unknown, schema: string): ChartValues {
  const validator = validators.get(schema) ?? z.fromJSONSchema(z.record(z.string(), z.json()).parse(JSON.parse(schema)));
  validators.set(schema, validator);
  const checked = validator.safeParse(values);
  if (!checked.success) {
    const issues = checked.error.issues.map((issue) => `- at '/${issue.path.join('/')}': ${issue.message}`);
    throw new Error(`values don't meet the specifications of the schema(s) in the following chart(s):\ninference-service:\n${issues.join('\n')}`);
  }
  return checked.data as ChartValues;
}

/** How Helm combines values files: maps are merged, all else is replaced. */
function merge(base: unknown, over: unknown): unknown {
  if (!isMap(base) || !isMap(over)) return over;
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = key in base ? merge(base[key], value) : value;
  return merged;
}

/** How Helm lays values over the chart's own: the same, but a null takes a default away. */
function mergeOverDefaults(defaults: unknown, values: unknown): unknown {
  if (!isMap(defaults) || !isMap(values)) return values;
  const merged = { ...defaults };
  for (const [key, value] of Object.entries(values)) {
    if (key in defaults && value === null) delete merged[key];
    else merged[key] = key in defaults ? mergeOverDefaults(defaults[key], value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type HelmSource = { readonly name: string; readonly namespace: string; readonly valueFiles: readonly string[] };

/** As Argo CD has it: the whole command comes before what Helm says. */
function helmError({ name, namespace, valueFiles }: HelmSource, message: string): RenderError {
  const values = valueFiles.map((file) => `--values <path to cached source>/${file}`).join(' ');
  const command = `helm template . --name-template ${name} --namespace ${namespace} --kube-version ${KUBERNETES} ${values} <api versions removed> --include-crds`;
  return new RenderError(`failed to execute helm template command: failed running helm: \`${command}\` failed exit status 1: Error: ${message}`);
}
