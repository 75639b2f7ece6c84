import { apiVersionOf, RESOURCES } from '../resources.ts';

const SERVER_VERSION = {
  major: '1', minor: '36', emulationMajor: '1', emulationMinor: '36', minCompatibilityMajor: '1', minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3', gitCommit: '', gitTreeState: 'clean', buildDate: '2026-08-12T00:00:00Z', goVersion: '', compiler: 'gc', platform: 'linux/amd64',
};

const appsVersion = { groupVersion: 'apps/v1', version: 'v1' };
const apps = { name: 'apps', versions: [appsVersion], preferredVersion: appsVersion };

/** Kinds that `kubectl get all` does not list. */
const LEFT_OUT_OF_ALL: readonly string[] = ['ConfigMap', 'Event', 'ServiceAccount'];

/** Documents by which clients find out what is served, by path. Aggregated discovery is not offered: kubectl takes these instead. */
export const DISCOVERY: Readonly<Record<string, unknown>> = {
  '/version': SERVER_VERSION,
  '/api': { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] },
  '/api/v1': resourceList(''),
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [apps] },
  '/apis/apps': { kind: 'APIGroup', apiVersion: 'v1', ...apps },
  '/apis/apps/v1': resourceList('apps'),
};

function resourceList(group: '' | 'apps') {
  const resources = RESOURCES.filter((resource) => resource.group === group).map(({ plural, singular, kind, shortNames }) => ({
    name: plural, singularName: singular, namespaced: true, kind, verbs: ['get', 'list', 'watch'], shortNames,
    ...(LEFT_OUT_OF_ALL.includes(kind) ? {} : { categories: ['all'] }),
  }));
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf(group), resources };
}
