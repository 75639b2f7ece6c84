import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { Store } from '../../../sandbox/kubernetes/store.ts';
import type { Deployment, DeploymentCondition, Pod } from '../../../sandbox/kubernetes/objects.ts';

export const DIGEST = `sha256:${'a'.repeat(64)}`;

/** The RBAC objects that operators apply. */
export function publishedRbac(): readonly unknown[] {
  return parseAllDocuments(readFileSync('docs/rbac.yaml', 'utf8')).map((document) => document.toJS() as unknown);
}

/** A Deployment manifest of one container with a readiness probe; `spec` overrides. */
export function aDeployment({ name = 'web', image = `registry.example/web:1@${DIGEST}`, containers, ...spec }: { name?: string; image?: string; containers?: unknown; [field: string]: unknown } = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'inference', labels: { app: name } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: containers ?? [{ name: 'web', image, readinessProbe: { httpGet: { path: '/ready', port: 8080 } } }] } },
      ...spec,
    },
  };
}

export function deploymentIn(store: Store, name = 'web'): Deployment {
  const deployment = store.get('Deployment', 'inference', name);
  if (deployment === null) throw new Error(`There is no Deployment ${name}.`);
  return deployment;
}

export function conditionOf({ status }: Deployment, type: DeploymentCondition['type']): DeploymentCondition | undefined {
  return status.conditions?.find((each) => each.type === type);
}

export function isReady({ status, metadata }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && (status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false);
}

/** The pods that run this image, in the order of their names. */
export function podsOf(store: Store, image: string): readonly Pod[] {
  return store.list('Pod', 'inference').filter(({ spec }) => spec.containers[0]?.image === image);
}
