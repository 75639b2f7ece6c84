import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { commandOf } from '../../../lab/build/tools.ts';
import { chartFiles, renderChart } from '../../../sandbox/argocd/chart-renderer.ts';
import { openLab } from '../../support/lab/open-lab.ts';

const { tools } = await openLab();
const RELEASE = { name: 'inference-dev', namespace: 'inference' };
const CHART = fileURLToPath(new URL('../../../helm/inference-service', import.meta.url));
const DIGEST = `sha256:${'a'.repeat(64)}`;

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'slipway-chart-'))));
afterAll(() => rm(folder, { recursive: true }));

describe('helm/inference-service, as the sandbox renders it', { concurrent: true }, () => {
  it.each<[what: string, ...valuesFiles: string[]]>([
    ['its own values', ''],
    ['a tag and a digest', `image: { repository: registry.example/web, tag: "1.10", digest: "${DIGEST}" }`],
    ['a digest left empty', 'image: { repository: registry.example/web, tag: "1.10", digest: "" }'],
    ['the last of several files', 'replicaCount: 3\nimage: { tag: a }', 'replicaCount: 5', 'image: { tag: b }'],
    ['an empty file between others', 'replicaCount: 3', '', '# nothing\n'],
    ['maps merged with the defaults', 'probes: { readiness: { periodSeconds: 1 } }\nresources: { limits: { cpu: "2" } }'],
    ['a list in a map that replaces one', 'probes: { readiness: { exec: { command: [a, b] }, httpGet: null } }', 'probes: { readiness: { exec: { command: [c] } } }'],
    ['null, which takes a default away', 'probes: { liveness: null }\nresources: { limits: null }'],
    ['null, which a later file sets again', 'probes: { liveness: null }', 'probes: { liveness: { periodSeconds: 3 } }'],
    ['maps that are left empty', 'resources: { requests: null, limits: null }'],
    ['no replica, other ports and a deadline', 'replicaCount: 0\nport: 9000\nservice: { port: 8000 }\nprogressDeadlineSeconds: 30'],
    ['numbers and booleans of YAML 1.1', 'replicaCount: 0x10\nprobes: { readiness: { failureThreshold: 1_0, tcpSocket: { port: 0o17 } } }'],
    ['quoted scalars that look like others', 'resources: { requests: { cpu: "1", memory: "1e3" }, limits: { memory: \'0.5Gi\' } }'],
    ['texts that look like dates and booleans', 'image: { tag: "2026-01-02" }\nresources: { limits: { "yes": "on" } }'],
    ['a date without quotes', 'resources: { limits: { since: 2026-01-02 } }'],
    ['fractions and large numbers', 'resources: { requests: { cpu: 0.5, memory: 1073741824 } }'],
    ['an anchor and a merge key', 'probes:\n  readiness: &probe { periodSeconds: 7 }\n  liveness: { <<: *probe, failureThreshold: 9 }'],
    ['a key given twice', 'replicaCount: 1\nreplicaCount: 4'],
    ['texts of several lines', 'probes:\n  readiness:\n    exec:\n      command:\n        - |\n          one\n          two\n        - >-\n          folded\n          text'],
  ])('is what Helm renders of %s', async (_what, ...valuesFiles) => {
    expect(renderChart(chartFiles(), valuesFiles, RELEASE)).toEqual(await helmTemplate(valuesFiles));
  });

  it.each([
    ['a tag that YAML reads as a number', 'image: { tag: 1.10 }', '/image/tag'],
    ['a tag that YAML 1.1 reads as a boolean', 'image: { tag: on }', '/image/tag'],
    ['a digest that is none', 'image: { digest: sha256:1 }', '/image/digest'],
    ['a replicaCount in quotes', 'replicaCount: "2"', '/replicaCount'],
    ['a replicaCount of a half', 'replicaCount: 2.5', '/replicaCount'],
    ['a key that it does not have', 'replicas: 2', 'replicas'],
    ['an image that is no map', 'image: web:1', '/image'],
    ['a value taken away that it needs', 'port: null', 'port'],
    ['what is no YAML', 'image: [\n', ''],
    ['a list', '- 1\n', ''],
  ])('is refused where Helm refuses it: %s', async (_what, values, place) => {
    await expect(helmTemplate([values])).rejects.toThrow(place);
    expect(() => renderChart(chartFiles(), [values], RELEASE)).toThrow(place);
  });
});

/** What real Helm makes of the chart, as Argo CD runs it. */
async function helmTemplate(valuesFiles: readonly string[]): Promise<unknown[]> {
  const own = await mkdtemp(join(folder, 'values-'));
  const files = valuesFiles.map((_text, index) => join(own, `${index}.yaml`));
  await Promise.all(files.map((file, index) => writeFile(file, valuesFiles[index] ?? '')));
  const args = ['template', RELEASE.name, CHART, '--namespace', RELEASE.namespace, ...files.flatMap((file) => ['--values', file])];
  const { stdout } = await promisify(execFile)(commandOf(tools, 'helm'), args, { env: { HOME: folder } });
  return parseAllDocuments(stdout, { version: '1.1' }).map((document) => document.toJS() as unknown);
}
