import { ConfigurationError } from '../../src/domain/errors.ts';
import type { Service } from '../../src/domain/service.ts';

/** What applying a file does to one service. */
export type ServiceChange =
  | { readonly change: 'added' | 'changed' | 'unchanged'; readonly service: Service; readonly lines: readonly string[] }
  | { readonly change: 'removed'; readonly service: Service; readonly lines: readonly string[] };

export type Stored = {
  /** Services of the same names, whoever owns them. */
  readonly named: readonly Service[];
  /** Services of the file's owner. */
  readonly owned: readonly Service[];
};

/**
 * Decides what to write: what the file names is added or changed; what it no longer names is removed only with `prune`, and only
 * where its owner is the file's. @throws ConfigurationError for a service of another owner
 */
export function planApply(owner: string, wanted: readonly Service[], stored: Stored, prune: boolean): readonly ServiceChange[] {
  const foreign = stored.named.find((service) => service.owner !== owner);
  if (foreign !== undefined) throw new ConfigurationError(`Service ${foreign.name} belongs to ${foreign.owner}, not to ${owner}; take it out of this file, or choose another name.`);
  const kept = wanted.map((service): ServiceChange => {
    const before = stored.named.find(({ name }) => name === service.name);
    const lines = difference(before ?? {}, service);
    return { change: before === undefined ? 'added' : lines.length === 0 ? 'unchanged' : 'changed', service, lines };
  });
  const gone = prune ? stored.owned.filter(({ name }) => !wanted.some((service) => service.name === name)) : [];
  return [...kept, ...gone.map((service): ServiceChange => ({ change: 'removed', service, lines: [] }))];
}

/** Longest value that is shown: a certificate says nothing to a reader. */
const SHOWN = 100;

/** Each value that differs, as `path: before → after`, by the paths of the stored service. */
function difference(before: object, after: object): readonly string[] {
  const [old, wanted] = [leaves(before), leaves(after)];
  return [...new Set([...old.keys(), ...wanted.keys()])].flatMap((path) => {
    const [from, to] = [old.get(path), wanted.get(path)];
    if (from === to) return [];
    if (from === undefined) return [`+ ${path}: ${shown(to)}`];
    return to === undefined ? [`- ${path}: ${shown(from)}`] : [`~ ${path}: ${shown(from)} → ${shown(to)}`];
  });
}

/** Every scalar and every empty collection as JSON, by its path. */
function leaves(value: unknown, path = ''): ReadonlyMap<string, string> {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (members.length === 0) return path === '' ? new Map() : new Map([[path, JSON.stringify(value)]]);
  return new Map(members.flatMap(([key, member]) => [...leaves(member, path === '' ? key : Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`)]));
}

function shown(json = ''): string {
  return json.length > SHOWN ? `${json.slice(0, SHOWN)}…` : json;
}
