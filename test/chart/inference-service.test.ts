import { describe, expect, it } from 'vitest';
import { chartFiles, renderChart } from '../../sandbox/argocd/chart-renderer.ts';

const release = { name: 'inference-dev', namespace: 'inference' };
const digest = `sha256:${'a'.repeat(64)}`;

describe('the chart inference-service', () => {
  it('renders a Service and a Deployment, and nothing else', () => {
    expect(render().map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`)).toEqual(['v1 Service inference-dev', 'apps/v1 Deployment inference-dev']);
  });

  it.each([
    ['repository:tag without a digest', '', 'registry.example/web:1.10'],
    ['repository:tag@digest with one', digest, `registry.example/web:1.10@${digest}`],
  ])('names the image as %s', (_case, imageDigest, image) => {
    expect(container(`image: { repository: registry.example/web, tag: "1.10", digest: "${imageDigest}" }`)).toMatchObject({ image });
  });

  it('selects the pods that it labels, in the Service as in the Deployment', () => {
    const [service, deployment] = render() as unknown as [{ spec: { selector: object } }, { spec: { selector: { matchLabels: object }; template: { metadata: { labels: object } } } }];
    expect(deployment.spec.template.metadata.labels).toEqual(deployment.spec.selector.matchLabels);
    expect(service.spec.selector).toEqual(deployment.spec.selector.matchLabels);
  });

  it('probes /ready and /health on the port of the container', () => {
    expect(container('port: 9000')).toMatchObject({
      ports: [{ name: 'http', containerPort: 9000 }],
      readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
      livenessProbe: { httpGet: { path: '/health', port: 'http' } },
    });
  });

  it('runs as many pods as replicaCount says, the last values file winning', () => {
    expect(render('replicaCount: 3', 'replicaCount: 5')[1]?.['spec']).toMatchObject({ replicas: 5 });
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
  ])('refuses %s', (_case, values, message) => {
    expect(() => render(values)).toThrow(message);
  });
});

function render(...valuesFiles: string[]) {
  return renderChart(chartFiles(), valuesFiles, release);
}

function container(...valuesFiles: string[]): object | undefined {
  const [, deployment] = render(...valuesFiles) as unknown as [unknown, { spec: { template: { spec: { containers: object[] } } } }];
  return deployment.spec.template.spec.containers[0];
}
