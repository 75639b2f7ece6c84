import { describe, expect, it } from 'vitest';
import { createAuthorizer } from '../../../sandbox/kubernetes/rbac.ts';
import { matchesLabels, parseFieldSelector, parseLabelSelector } from '../../../sandbox/kubernetes/selectors.ts';
import { publishedRbac } from './builders.ts';

const slipway = { username: 'checker', groups: ['slipway'] };

function on(resource: string, { verb = 'list', group = 'apps', namespace = 'inference', name = null }: { verb?: string; group?: string; namespace?: string | null; name?: string | null } = {}) {
  return { verb, group, resource, namespace, name };
}

describe('docs/rbac.yaml', () => {
  const may = createAuthorizer(publishedRbac());

  it.each(['deployments', 'replicasets', 'statefulsets', 'daemonsets'])('lets the group slipway get, list and watch %s', (resource) => {
    expect(['get', 'list', 'watch'].every((verb) => may(slipway, on(resource, { verb })))).toBe(true);
  });

  it.each(['pods', 'events'])('lets the group slipway get, list and watch %s', (resource) => {
    expect(['get', 'list', 'watch'].every((verb) => may(slipway, on(resource, { verb, group: '' })))).toBe(true);
  });

  it.each([
    { what: 'a write', attributes: on('deployments', { verb: 'patch' }) },
    { what: 'another namespace', attributes: on('deployments', { namespace: 'kube-system' }) },
    { what: 'all namespaces', attributes: on('deployments', { namespace: null }) },
    { what: 'another resource', attributes: on('secrets', { group: '' }) },
    { what: 'another group of the API', attributes: on('deployments', { group: '' }) },
  ])('does not allow $what', ({ attributes }) => {
    expect(may(slipway, attributes)).toBe(false);
  });

  it('gives others nothing', () => {
    expect(may({ username: 'checker', groups: ['system:authenticated'] }, on('pods', { group: '' }))).toBe(false);
  });
});

describe('createAuthorizer', () => {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const reader = { apiVersion, kind: 'ClusterRole', metadata: { name: 'reader' }, rules: [{ apiGroups: ['*'], resources: ['pods'], verbs: ['*'], resourceNames: ['web'] }] };
  const roleRef = { kind: 'ClusterRole', name: 'reader' };

  it('lets a RoleBinding give a ClusterRole in its namespace only, and a ClusterRoleBinding everywhere', () => {
    const namespaced = createAuthorizer([reader, { apiVersion, kind: 'RoleBinding', metadata: { name: 'x', namespace: 'inference' }, subjects: [{ kind: 'User', name: 'ann' }], roleRef }]);
    const everywhere = createAuthorizer([reader, { apiVersion, kind: 'ClusterRoleBinding', metadata: { name: 'x' }, subjects: [{ kind: 'User', name: 'ann' }], roleRef }]);
    const ann = { username: 'ann', groups: [] };
    expect([namespaced, everywhere].map((may) => may(ann, on('pods', { name: 'web' })))).toEqual([true, true]);
    expect([namespaced, everywhere].map((may) => may(ann, on('pods', { name: 'web', namespace: 'other' })))).toEqual([false, true]);
    expect(everywhere(ann, on('pods', { name: 'other' }))).toBe(false);
    expect(everywhere(ann, on('pods'))).toBe(false);
  });

  it('lets whoever is authenticated read the discovery documents', () => {
    const may = createAuthorizer([]);
    const user = { username: 'ann', groups: ['system:authenticated'] };
    expect(may(user, { verb: 'get', path: '/apis/apps/v1' })).toBe(true);
    expect(may(user, { verb: 'get', path: '/metrics' })).toBe(false);
  });

  it('refuses an object that is no RBAC object', () => {
    expect(() => createAuthorizer([{ apiVersion: 'v1', kind: 'Pod' }])).toThrow();
  });
});

describe('selectors', () => {
  it.each([
    ['app=web', true], ['app==web', true], ['app!=web', false], ['other!=web', true], ['app', true], ['!app', false], ['!other', true],
    ['app in (web, api)', true], ['app notin (web,api)', false], ['other notin (web)', true], ['app=web,tier in (a,b),!gone', true], ['app=web,tier=b', false], ['', true],
  ])('reads the label selector "%s"', (text, matches) => {
    expect(matchesLabels(parseLabelSelector(text), { app: 'web', tier: 'a' })).toBe(matches);
  });

  it('refuses what it cannot read', () => {
    expect(() => parseLabelSelector('app web')).toThrow("unable to parse requirement: found 'app web'");
    expect(() => parseFieldSelector('spec.replicas=1', 'Deployment')).toThrow('field label not supported: spec.replicas');
    expect(() => parseFieldSelector('metadata.name', 'Pod')).toThrow("can't understand 'metadata.name'");
  });
});
