import { targetName, type TargetKey } from '../../domain/deployment.ts';
import type { Release } from '../../domain/release.ts';
import type { RepositoryRef } from '../../ports/release-registry.ts';
import type { Key } from './table.ts';

/** The keys of the table (docs/architecture.md): all that belongs to a service shares its partition. */
export function serviceKey(service: string): Key {
  return { pk: partition(service), sk: 'config' };
}

export function repositoryKey({ registry, name }: RepositoryRef): Key {
  return { pk: `repository#${registry}/${name}`, sk: 'services' };
}

export function ownerKey(owner: string): Key {
  return { pk: `owner#${owner}`, sk: 'services' };
}

/** What the sweep goes through: one item for each service, in one partition so that they come in order. */
export function sweptServicesKey(service: string): Key {
  return { pk: SWEPT_SERVICES, sk: service };
}

export const SWEPT_SERVICES = 'services';

/** Where the last sweep stopped. */
export const SWEEP_KEY: Key = { pk: 'sweep', sk: 'position' };

/** What waits for approval: few, so that one partition lists them. */
export function approvalKey(key: TargetKey): Key {
  return { pk: APPROVALS, sk: targetName(key) };
}

export const APPROVALS = 'approval';

/** Pull requests that wait to be merged: few, so that one partition lists them. */
export function mergeKey(key: TargetKey): Key {
  return { pk: MERGES, sk: targetName(key) };
}

export const MERGES = 'merge';

export function targetKey({ service, environment, target }: TargetKey): Key {
  return { pk: partition(service), sk: `target#${environment}/${target}` };
}

/** Records sort by release: the instant is normalised, since text sorts as time only in one precision. */
export function recordKey(key: TargetKey, release: Release): Key {
  const releasedAt = new Date(release.releasedAt).toISOString();
  return { pk: partition(key.service), sk: `${recordsOf(key)}${releasedAt}#${release.digest.slice('sha256:'.length).slice(0, 12)}` };
}

/** What the sort keys of a target's records begin with. */
export function recordsOf({ environment, target }: TargetKey): string {
  return `deployment#${environment}/${target}#`;
}

export function partition(service: string): string {
  return `service#${service}`;
}
