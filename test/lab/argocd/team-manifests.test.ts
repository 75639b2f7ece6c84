import { readdirSync, readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiException, CustomObjectsApi, setHeaderOptions } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { kubeConfigOf } from '../../../lab/kubernetes/kube-config.ts';
import { applyManifests, deleteManifests } from '../../../lab/kubernetes/manifests.ts';
import { openLab } from '../../support/lab/open-lab.ts';
import { applyStrictly, type TeamObject } from '../../support/lab/strict-apply.ts';
import { folderOf, objectsOf, openTeamTools, type TeamTools } from '../../support/lab/team-files.ts';

const lab = await openLab();
const FILES = readdirSync(folderOf('argocd')).filter((file) => file.endsWith('.yaml'));
/** Not objects of their own: what is patched into the settings of Argo CD. */
const PATCHES = ['notifications.yaml', 'rbac.yaml'];
const MANIFESTS = FILES.filter((file) => !PATCHES.includes(file));

const MERGE = setHeaderOptions('Content-Type', 'application/merge-patch+json');

let team: TeamTools;
beforeAll(async () => void (team = await openTeamTools(lab)));
afterAll(() => team.remove());

describe('argocd/', { concurrent: true }, () => {
  it.each(MANIFESTS)('is accepted by the definitions of Argo CD, which refuse unknown fields: %s', async (file) => {
    const objects = read(file);
    expect(objects).not.toHaveLength(0);
    for (const object of objects) await applyStrictly(lab.kubernetes, object, 'argocd');
    await expect(applyStrictly(lab.kubernetes, withUnknownField(objects.at(-1)), 'argocd')).rejects.toThrow('nosuch');
  });

  it('lets the project have each kind that the chart renders, and no more', async () => {
    const scenarios = readdirSync(folderOf('helm/inference-service/ci')).map((file) => readFileSync(folderOf(`helm/inference-service/ci/${file}`), 'utf8'));
    const objects = (await Promise.all(scenarios.map((values) => team.template([values])))).flat();
    const rendered = new Set(objects.map(({ apiVersion, kind }) => `${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${kind}`));
    const { namespaceResourceWhitelist, clusterResourceWhitelist } = read('project.yaml')[0]?.['spec'] as Record<string, { group: string; kind: string }[]>;
    expect(namespaceResourceWhitelist?.map(({ group, kind }) => `${group}/${kind}`).toSorted()).toEqual([...rendered].toSorted());
    expect(clusterResourceWhitelist).toEqual([]);
  });

  it('makes an Application for each cluster that bears the labels, which nobody but Slipway and people sync', async () => {
    const name = `clusters-${randomUUID().slice(0, 8)}`;
    const own = (file: string): string => readFileSync(folderOf(`argocd/${file}`), 'utf8').replaceAll('inference', name);
    const manifests = [clusterSecret(name), own('project.yaml'), own('inference-clusters.yaml')].join('---\n');
    try {
      await applyManifests(lab.kubernetes, manifests);
      const { spec } = await application(`${name}-prod-eu`, `${name}-clusters`);
      expect(spec).toMatchObject({
        project: name,
        source: { helm: { valueFiles: ['values.yaml', 'values-prod.yaml', '../../envs/prod/values.yaml', '../../envs/prod/eu.yaml'] } },
        destination: { server: 'https://0123.gr7.eu-west-1.eks.amazonaws.com', namespace: name },
      });
      expect(spec['syncPolicy']).not.toHaveProperty('automated');
    } finally {
      await deleteManifests(lab.kubernetes, [manifests, stringify({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: `${name}-prod-eu`, namespace: 'argocd' } })].join('---\n'));
    }
  });

  it('lets viewers look, and people on call sync', async () => {
    const file = await team.file(dataOf('rbac.yaml')['policy.inference.csv'] ?? '');
    const may = async (role: string, action: string, project: string): Promise<string> =>
      (await team.argocd('admin', 'settings', 'rbac', 'can', role, action, 'applications', `${project}/${project}-prod`, '--policy-file', file).catch((error: unknown) => (error as { stdout: string }).stdout)).trim();
    await expect(team.argocd('admin', 'settings', 'rbac', 'validate', '--policy-file', file)).resolves.toContain('Policy is valid.');
    expect(await may('inference-team', 'get', 'inference')).toBe('Yes');
    expect(await may('inference-team', 'sync', 'inference')).toBe('No');
    expect(await may('inference-on-call', 'sync', 'inference')).toBe('Yes');
    expect(await may('inference-on-call', 'action/argoproj.io/Rollout/promote-full', 'inference')).toBe('Yes');
    expect(await may('inference-on-call', 'sync', 'other')).toBe('No');
    expect(await may('inference-on-call', 'delete', 'inference')).toBe('No');
  });

  it.each([
    ['Degraded', 'Succeeded', true],
    ['Healthy', 'Failed', true],
    ['Progressing', 'Running', false],
    ['Healthy', undefined, false],
  ])('tells of an Application that is %s and whose last sync is %s: %s', async (health, phase, tells) => {
    const settings = await team.file(stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-notifications-cm' }, data: dataOf('notifications.yaml') }));
    const status = { health: { status: health }, ...(phase === undefined ? {} : { operationState: { phase, message: 'one or more objects failed to apply' } }) };
    const observed = await team.file(JSON.stringify({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'inference-prod', namespace: 'argocd' }, status }));
    const from = ['--config-map', settings, '--secret', ':empty'];
    expect(await team.argocd('admin', 'notifications', 'trigger', 'run', 'inference-degraded', observed, ...from)).toMatch(new RegExp(`\\b${tells}\\s*$`));
    const message = await team.argocd('admin', 'notifications', 'template', 'notify', 'inference-degraded', observed, ...from);
    expect(message).toContain(`inference-prod is ${health}${phase === undefined ? '' : `, its last sync ${phase}: one or more`}`);
  });
});

function read(file: string): TeamObject[] {
  return objectsOf(readFileSync(folderOf(`argocd/${file}`), 'utf8'));
}

function dataOf(file: string): Readonly<Record<string, string>> {
  const [patch] = read(file);
  expect(Object.keys(patch ?? {})).toEqual(['data']);
  return patch?.['data'] as Readonly<Record<string, string>>;
}

function withUnknownField(object: TeamObject | undefined): TeamObject {
  if (object === undefined) throw new Error('The file is empty.');
  return { ...object, spec: { ...(object['spec'] as object), nosuch: 1 } };
}

/** A cluster as Argo CD stores it, which nothing answers for. */
function clusterSecret(name: string): string {
  const labels = { 'argocd.argoproj.io/secret-type': 'cluster', [name]: 'prod', target: 'eu' };
  const data = { name, server: 'https://0123.gr7.eu-west-1.eks.amazonaws.com', config: '{}' };
  return stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'argocd', labels }, stringData: data });
}

type Application = { readonly spec: Readonly<Record<string, unknown>> };

/**
 * As soon as the ApplicationSet's controller has made it. That asks for the cluster once, and again after three minutes: where the
 * cluster was not known to it yet, it is told to look again.
 */
async function application(name: string, applicationSet: string): Promise<Application> {
  const api = kubeConfigOf(lab.kubernetes).makeApiClient(CustomObjectsApi);
  const objects = { group: 'argoproj.io', version: 'v1alpha1', namespace: 'argocd' };
  const lookAgain = { metadata: { annotations: { 'argocd.argoproj.io/application-set-refresh': 'true' } } };
  for (const until = performance.now() + 60_000; ; await delay(500)) {
    const found = (await api.getNamespacedCustomObject({ ...objects, plural: 'applications', name }).catch(nullIfMissing)) as Application | null;
    if (found !== null) return found;
    if (performance.now() > until) throw new Error(`ApplicationSet ${applicationSet} has not made Application ${name} in a minute.`);
    await api.patchNamespacedCustomObject({ ...objects, plural: 'applicationsets', name: applicationSet, body: lookAgain }, MERGE);
  }
}

function nullIfMissing(error: unknown): null {
  if (error instanceof ApiException && error.code === 404) return null;
  throw error;
}
