import { describe, expect, it } from 'vitest';
import { chartFiles, renderChart } from '../../sandbox/argocd/chart-renderer.ts';

const release = { name: 'inference-dev', namespace: 'inference' };
const digest = `sha256:${'a'.repeat(64)}`;

describe('the chart inference-service', () => {
  it('renders what serves requests, and nothing else', () => {
    expect(render().map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`)).toEqual([
      'v1 ServiceAccount inference-dev',
      'v1 ConfigMap inference-dev-model',
      'v1 Service inference-dev',
      'apps/v1 Deployment inference-dev',
    ]);
  });

  it.each([
    ['repository:tag without a digest', '', 'registry.example/web:1.10'],
    ['repository:tag@digest with one', digest, `registry.example/web:1.10@${digest}`],
  ])('names the image as %s', (_case, imageDigest, image) => {
    expect(container(`image: { repository: registry.example/web, tag: "1.10", digest: "${imageDigest}" }`)).toMatchObject({ image });
  });

  it('tells the service which image it is, whatever else the team sets', () => {
    expect(container('image: { tag: "1.10" }\nenv: { IMAGE_TAG: other }')).toMatchObject({ env: [{ name: 'IMAGE_TAG', value: '1.10' }, { name: 'PORT', value: '8080' }] });
  });

  it('leaves the model to the service, which has one built in, unless values name another', () => {
    expect(rendered('ConfigMap')).not.toHaveProperty('data');
  });

  it('selects the pods that it labels, in the Service as in the Deployment', () => {
    const { selector, template } = deployment();
    expect(template.metadata.labels).toEqual(selector.matchLabels);
    expect(rendered('Service')).toMatchObject({ spec: { selector: selector.matchLabels } });
  });

  it('probes /ready and /health on the port of the container, which it tells the service', () => {
    expect(container('port: 9000')).toMatchObject({
      ports: [{ name: 'http', containerPort: 9000 }],
      env: expect.arrayContaining([{ name: 'PORT', value: '9000' }]) as unknown,
      startupProbe: { httpGet: { path: '/health', port: 'http' } },
      readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
      livenessProbe: { httpGet: { path: '/health', port: 'http' } },
    });
  });

  it('takes no pod away before a new one is Ready, and lets each serve until load balancers know', () => {
    expect(deployment()).toMatchObject({ strategy: { rollingUpdate: { maxUnavailable: 0 } } });
    expect(container()).toMatchObject({ lifecycle: { preStop: { sleep: { seconds: 10 } } } });
  });

  it('gives the service its model by a ConfigMap, and restarts the pods when that changes, and only then', () => {
    const champion = 'model: { name: iris, alias: champion, source: "" }';
    expect(rendered('ConfigMap', champion)).toMatchObject({ data: { MODEL_NAME: 'iris', MODEL_ALIAS: 'champion' } });
    expect(container(champion)).toMatchObject({ envFrom: [{ configMapRef: { name: 'inference-dev-model' } }] });
    expect(deployment(champion, 'model: { alias: challenger }').template).not.toEqual(deployment(champion).template);
    expect(deployment(champion, 'replicaCount: 9').template).toEqual(deployment(champion).template);
  });

  it('runs as many pods as replicaCount says, the last values file winning', () => {
    expect(deployment('replicaCount: 3', 'replicaCount: 5')).toMatchObject({ replicas: 5 });
  });

  it('takes a default away where a values file says null, but not where a later one sets it again', () => {
    expect(container('probes: { liveness: null }')).not.toHaveProperty('livenessProbe');
    expect(container('probes: { liveness: null }', 'probes: { liveness: { periodSeconds: 3 } }')).toMatchObject({ livenessProbe: { periodSeconds: 3, failureThreshold: 3 } });
  });

  it.each([
    ['a tag that YAML reads as a number', 'image: { tag: 1.10 }', /'\/image\/tag'/],
    ['a tag that YAML 1.1 reads as a boolean', 'image: { tag: on }', /'\/image\/tag'/],
    ['a digest that is none', 'image: { digest: sha256:1 }', /'\/image\/digest'/],
    ['a replicaCount in quotes', 'replicaCount: "2"', /'\/replicaCount'/],
    ['a key that it does not have', 'replicas: 2', /replicas/],
    ['a key that a probe does not have', 'probes: { readiness: { period: 1 } }', /period/],
    ['no ServiceAccount to run as', 'serviceAccount: { create: false }', /serviceAccount\.name is empty/],
  ])('refuses %s', (_case, values, message) => {
    expect(() => render(values)).toThrow(message);
  });

  it.each([
    ['workload: Rollout', 'workload: Rollout'],
    ['autoscaling: { enabled: true }', 'autoscaling.enabled: true'],
    ['podDisruptionBudget: { enabled: true }', 'podDisruptionBudget.enabled: true'],
    ['ingress: { enabled: true }', 'ingress.enabled: true'],
    ['networkPolicy: { enabled: true }', 'networkPolicy.enabled: true'],
    ['serviceMonitor: { enabled: true }', 'serviceMonitor.enabled: true'],
  ])('is not rendered by the sandbox, in words, with %s', (values, named) => {
    expect(() => render(values)).toThrow(`not what "${named}" asks for: use a real Argo CD for it`);
  });
});

function render(...valuesFiles: string[]) {
  return renderChart(chartFiles(), valuesFiles, release);
}

function rendered(kind: string, ...valuesFiles: string[]) {
  return render(...valuesFiles).find((object) => object.kind === kind);
}

type DeploymentSpec = { selector: { matchLabels: object }; template: { metadata: { labels: object }; spec: { containers: object[] } } };

function deployment(...valuesFiles: string[]): DeploymentSpec {
  return (rendered('Deployment', ...valuesFiles) as unknown as { spec: DeploymentSpec }).spec;
}

function container(...valuesFiles: string[]): object | undefined {
  return deployment(...valuesFiles).template.spec.containers[0];
}
