import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab } from '../../support/lab/open-lab.ts';
import { applyStrictly, type TeamObject } from '../../support/lab/strict-apply.ts';
import { CHART, openTeamTools, type TeamTools } from '../../support/lab/team-files.ts';

const lab = await openLab();
const ALWAYS = ['ServiceAccount inference-dev', 'ConfigMap inference-dev-model', 'Service inference-dev'];
const READINESS = { httpGet: { path: '/ready', port: 'http' } };

const SCENARIOS: readonly (readonly [file: string, ...objects: string[]])[] = [
  ['ci/bare-values.yaml', 'ConfigMap inference-dev-model', 'Service inference-dev', 'Deployment inference-dev'],
  ['ci/blue-green-values.yaml', ...ALWAYS, 'Service inference-dev-preview', 'Ingress inference-dev', 'Rollout inference-dev'],
  ['ci/canary-alb-values.yaml', ...ALWAYS, 'Service inference-dev-canary', 'HorizontalPodAutoscaler inference-dev', 'Ingress inference-dev', 'Rollout inference-dev'],
  ['ci/canary-nginx-values.yaml', ...ALWAYS, 'Service inference-dev-canary', 'Ingress inference-dev', 'Rollout inference-dev'],
  ['ci/canary-pods-values.yaml', 'PodDisruptionBudget inference-dev', ...ALWAYS, 'Rollout inference-dev'],
  ['ci/nginx-values.yaml', ...ALWAYS, 'Deployment inference-dev', 'Ingress inference-dev', 'ServiceMonitor inference-dev'],
  ['ci/prod-values.yaml', 'NetworkPolicy inference-dev', 'PodDisruptionBudget inference-dev', ...ALWAYS, 'Deployment inference-dev', 'HorizontalPodAutoscaler inference-dev', 'Ingress inference-dev'],
  ['values.yaml', ...ALWAYS, 'Deployment inference-dev'],
  ['values-dev.yaml', ...ALWAYS, 'Deployment inference-dev'],
  ['values-prod.yaml', 'NetworkPolicy inference-dev', 'PodDisruptionBudget inference-dev', ...ALWAYS, 'Deployment inference-dev', 'HorizontalPodAutoscaler inference-dev', 'Ingress inference-dev'],
];

let team: TeamTools;
beforeAll(async () => {
  team = await openTeamTools(lab);
  // Rollouts are defined in every lab; ServiceMonitors belong to an operator that it does not have.
  await team.define('test/fixtures/definitions/servicemonitor.yaml');
});
afterAll(() => team.remove());

describe('helm/inference-service on a real API server', { concurrent: true }, () => {
  it('is tried with every scenario of its folder ci/', () => {
    const files = readdirSync(`${CHART}/ci`).map((file) => `ci/${file}`);
    expect(SCENARIOS.map(([file]) => file).filter((file) => file.startsWith('ci/'))).toEqual(files.toSorted());
  });

  it.each(SCENARIOS)('has no fault that Helm finds, and no field that Kubernetes does not know, with %s', async (file, ...names) => {
    const values = file === 'values.yaml' ? [] : [valuesOf(file)];
    await team.lint(values);
    const objects = await team.template(values);
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(names);
    for (const object of [...objects, ...(await team.tests(values))]) await applyStrictly(lab.kubernetes, object, 'default');
  });

  it('is refused with a field that Kubernetes does not know, in a kind of its own and in one of Argo Rollouts', async () => {
    const [service] = (await team.template([])).filter(({ kind }) => kind === 'Service');
    const [rollout] = (await team.template([valuesOf('ci/canary-pods-values.yaml')])).filter(({ kind }) => kind === 'Rollout');
    for (const object of [service, rollout]) await expect(applyStrictly(lab.kubernetes, { ...need(object), nosuch: 1 }, 'default')).rejects.toThrow('nosuch');
  });

  it('leaves the number of pods to the HorizontalPodAutoscaler, for a Deployment as for a Rollout', async () => {
    for (const [file, kind] of [['ci/prod-values.yaml', 'Deployment'], ['ci/canary-alb-values.yaml', 'Rollout']] as const) {
      const objects = await team.template([valuesOf(file)]);
      expect(specOf(objects, kind)).not.toHaveProperty('replicas');
      expect(specOf(objects, 'HorizontalPodAutoscaler')).toMatchObject({ scaleTargetRef: { kind, name: 'inference-dev' } });
    }
  });

  it('runs the same pods by a Rollout as by a Deployment', async () => {
    const [deployment, rollout] = [await team.template([]), await team.template(['workload: Rollout'])];
    const template = JSON.stringify(specOf(deployment, 'Deployment')['template']).replaceAll('"pod-template-hash"', '"rollouts-pod-template-hash"');
    expect(specOf(rollout, 'Rollout')['template']).toEqual(JSON.parse(template));
  });

  it.each([
    ['ci/canary-alb-values.yaml', 'alb', { alb: { ingress: 'inference-dev', servicePort: 80 }, managedRoutes: [{ name: 'inference-dev-header' }] }],
    ['ci/canary-nginx-values.yaml', 'nginx', { nginx: { stableIngress: 'inference-dev', additionalIngressAnnotations: { 'canary-by-header': 'X-Canary', 'canary-by-header-value': 'always' } } }],
  ])('lets those who send a header see a canary first, with %s', async (file, className, trafficRouting) => {
    const objects = await team.template([valuesOf(file)]);
    const { canary } = specOf(objects, 'Rollout')['strategy'] as { canary: { steps: object[] } };
    expect(canary).toMatchObject({ stableService: 'inference-dev', canaryService: 'inference-dev-canary', trafficRouting });
    const route = { setHeaderRoute: { name: 'inference-dev-header', match: [{ headerName: 'X-Canary', headerValue: { exact: 'true' } }] } };
    expect(canary.steps.slice(0, 2)).toEqual([{ setCanaryScale: { replicas: 1 } }, className === 'alb' ? route : { pause: {} }]);
  });

  it('asks a pod behind an ALB what its readiness probe asks, and lets the team set an annotation of its own', async () => {
    const objects = await team.template([valuesOf('ci/prod-values.yaml')]);
    expect(objects.find(({ kind }) => kind === 'Ingress')?.metadata['annotations']).toEqual({
      'alb.ingress.kubernetes.io/target-type': 'ip',
      'alb.ingress.kubernetes.io/healthcheck-path': READINESS.httpGet.path,
      'alb.ingress.kubernetes.io/scheme': 'internet-facing',
    });
    expect(JSON.stringify(specOf(objects, 'Deployment'))).toContain(`"readinessProbe":{"failureThreshold":3,"httpGet":${JSON.stringify(READINESS.httpGet)}`);
  });

  it('does not send requests to the pods of its tests', async () => {
    const selector = specOf(await team.template([]), 'Service')['selector'] as Record<string, string>;
    const tests = await team.tests([]);
    expect(tests.map(({ metadata }) => metadata.name)).toEqual(['inference-dev-test-model', 'inference-dev-test-ready']);
    for (const { metadata } of tests) expect(metadata['labels']).not.toMatchObject(selector);
  });

  it.each([
    ['a header without an Ingress to read it', 'workload: Rollout\nrollout: { canary: { header: { name: X-Canary } } }', 'without an Ingress nothing reads a header'],
    ['an unknown step', 'rollout: { canary: { steps: [{ weight: 10 }] } }', 'weight'],
    ['a duration without a unit', 'rollout: { canary: { header: { duration: 5 } } }', '/rollout/canary/header/duration'],
    ['an Ingress controller that it does not know', 'ingress: { className: traefik }', '/ingress/className'],
    ['a network that is none', 'networkPolicy: { from: { cidrs: [everywhere] } }', '/networkPolicy/from/cidrs/0'],
    ['a budget in words', 'podDisruptionBudget: { maxUnavailable: one }', '/podDisruptionBudget/maxUnavailable'],
    ['a workload that it does not make', 'workload: StatefulSet', '/workload'],
    ['a key that is spelt wrongly', 'autoscaling: { maxReplica: 3 }', 'maxReplica'],
  ])('refuses %s, naming it', async (_what, values, place) => {
    await expect(team.template([values])).rejects.toThrow(place);
  });
});

function valuesOf(file: string): string {
  return readFileSync(`${CHART}/${file}`, 'utf8');
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The chart did not render what this test looks at.');
  return value;
}

function specOf(objects: readonly TeamObject[], kind: string): Readonly<Record<string, unknown>> {
  return need(objects.find((object) => object.kind === kind))['spec'] as Readonly<Record<string, unknown>>;
}
