import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chartFiles, renderChart } from '../../../sandbox/argocd/chart-renderer.ts';
import { openLab } from '../../support/lab/open-lab.ts';
import { CHART, openTeamTools, RELEASE, type TeamTools } from '../../support/lab/team-files.ts';

const lab = await openLab();
const DIGEST = `sha256:${'a'.repeat(64)}`;
const DEV = readFileSync(`${CHART}/values-dev.yaml`, 'utf8');
const BARE = readFileSync(`${CHART}/ci/bare-values.yaml`, 'utf8');

let helm: TeamTools;
beforeAll(async () => void (helm = await openTeamTools(lab)));
afterAll(() => helm.remove());

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
    ['texts that look like dates and booleans', 'image: { tag: "2026-01-02" }\npodAnnotations: { "yes": "on" }'],
    ['a date without quotes', 'podAnnotations: { since: 2026-01-02 }'],
    ['fractions and large numbers', 'resources: { requests: { cpu: 0.5, memory: 1073741824 } }'],
    ['an anchor and a merge key', 'probes:\n  readiness: &probe { periodSeconds: 7 }\n  liveness: { <<: *probe, failureThreshold: 9 }'],
    ['a key given twice', 'replicaCount: 1\nreplicaCount: 4'],
    ['the values of dev', DEV],
    ['as little as there can be', BARE],
    ['a model', 'model: { name: iris, alias: champion, source: "https://mlflow.example.com/?a=1&b=<2>" }'],
    ['an alias alone, changed', 'model: { alias: champion }', 'model: { alias: challenger }'],
    ['more environment variables', 'env: { ZONE: eu, HOST: "::", PORT: "1", IMAGE_TAG: "2" }\nenvSecrets: [mlflow, other]'],
    ['an account with a role', 'serviceAccount: { name: web, annotations: { eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/web" } }'],
    ['where pods run', 'nodeSelector: { pool: gpu }\ntolerations: [{ key: gpu, operator: Exists }]\ntopologySpread: { zones: DoNotSchedule, nodes: "" }'],
    ['how pods come and go', 'maxSurge: 1\nminReadySeconds: 5\nshutdown: { preStopSeconds: 0, terminationGracePeriodSeconds: 90 }\ntmpSizeLimit: 1Gi'],
    ['texts of several lines', 'probes:\n  readiness:\n    exec:\n      command:\n        - |\n          one\n          two\n        - >-\n          folded\n          text'],
  ])('is what Helm renders of %s', async (_what, ...valuesFiles) => {
    expect(renderChart(chartFiles(), valuesFiles, RELEASE)).toEqual(await helm.template(valuesFiles));
  });

  it.each([
    ['a tag that YAML reads as a number', 'image: { tag: 1.10 }', '/image/tag'],
    ['a tag that YAML 1.1 reads as a boolean', 'image: { tag: on }', '/image/tag'],
    ['a digest that is none', 'image: { digest: sha256:1 }', '/image/digest'],
    ['a replicaCount in quotes', 'replicaCount: "2"', '/replicaCount'],
    ['a replicaCount of a half', 'replicaCount: 2.5', '/replicaCount'],
    ['a key that it does not have', 'replicas: 2', 'replicas'],
    ['a key that a probe does not have', 'probes: { readiness: { period: 1 } }', 'period'],
    ['a resource that is no quantity', 'resources: { limits: { memory: lots } }', '/resources/limits/memory'],
    ['an environment variable that is no text', 'env: { DEBUG: true }', '/env/DEBUG'],
    ['a model of an unknown kind', 'model: { stage: prod }', 'stage'],
    ['no account to run as', 'serviceAccount: { create: false }', 'serviceAccount.name is empty'],
    ['an image that is no map', 'image: web:1', '/image'],
    ['a value taken away that it needs', 'port: null', 'port'],
    ['what is no YAML', 'image: [\n', ''],
    ['a list', '- 1\n', ''],
  ])('is refused where Helm refuses it: %s', async (_what, values, place) => {
    await expect(helm.template([values])).rejects.toThrow(place);
    expect(() => renderChart(chartFiles(), [values], RELEASE)).toThrow(place);
  });
});
