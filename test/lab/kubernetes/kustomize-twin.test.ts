import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab } from '../../support/lab/open-lab.ts';
import { applyStrictly, type TeamObject } from '../../support/lab/strict-apply.ts';
import { CHART, openTeamTools, type TeamTools } from '../../support/lab/team-files.ts';

const lab = await openLab();
const RELEASED = `
image:
  repository: 111122223333.dkr.ecr.eu-central-1.amazonaws.com/inference-service
  tag: "1.0.0"
  digest: sha256:${'a'.repeat(64)}
model: { name: iris, alias: champion }
`;
const PROD = `
serviceAccount: { annotations: { eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/inference" } }
ingress: { host: inference.example.com }
networkPolicy: { from: { cidrs: [10.0.0.0/16] } }
`;

let team: TeamTools;
beforeAll(async () => void (team = await openTeamTools(lab)));
afterAll(() => team.remove());

describe('kustomize/', { concurrent: true }, () => {
  it.each([
    ['dev', ''],
    ['prod', PROD],
  ])('is in %s what the chart renders of the same', async (environment, values) => {
    const built = await team.kustomize(`kustomize/overlays/${environment}`);
    const rendered = await team.template([readFileSync(`${CHART}/values-${environment}.yaml`, 'utf8'), RELEASED, values], { name: `inference-${environment}`, namespace: 'inference' });
    expect(comparable(built)).toEqual(comparable(rendered));
    for (const object of built) await applyStrictly(lab.kubernetes, object, 'default');
  });

  it('restarts the pods for another model, by the name of the ConfigMap', async () => {
    const built = await team.kustomize('kustomize/overlays/dev');
    const { name } = built.find(({ kind }) => kind === 'ConfigMap')?.metadata ?? { name: '' };
    expect(name).toMatch(/^inference-model-dev-[0-9a-z]{10}$/);
    expect(JSON.stringify(built.find(({ kind }) => kind === 'Deployment'))).toContain(`"configMapRef":{"name":"${name}"}`);
  });
});

/** By kind, without what only one of the two writes: Helm's labels and checksum, kustomize's namespace and the hash in a name. */
function comparable(objects: readonly TeamObject[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(objects.map((object) => [object.kind, JSON.parse(JSON.stringify(object, withoutOwn)) as unknown]));
}

const OWN = ['namespace', 'app.kubernetes.io/managed-by', 'helm.sh/chart', 'checksum/model'];

function withoutOwn(key: string, value: unknown): unknown {
  if (OWN.includes(key)) return undefined;
  if (typeof value === 'string') return value.replace(/^inference-model-(dev|prod)-[0-9a-z]{10}$/, 'inference-$1-model');
  if (key === 'topologySpreadConstraints' && Array.isArray(value)) return value.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([member, content]) => !(member === 'annotations' && isEmpty(content))));
}

/** Annotations of which nothing is left to compare. */
function isEmpty(annotations: unknown): boolean {
  return typeof annotations === 'object' && annotations !== null && Object.keys(annotations).every((name) => OWN.includes(name));
}
