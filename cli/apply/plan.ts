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

/** Each value that differs, as `path: before → after`, by the paths of the stored service. */
function difference(before: unknown, after: unknown, path = ''): readonly string[] {
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => difference(before[key], after[key], path === '' ? key : `${path}.${key}`));
  }
  const [old, new_] = [JSON.stringify(before), JSON.stringify(after)];
  if (old === new_) return [];
  if (before === undefined) return [`+ ${path}: ${new_}`];
  if (after === undefined) return [`- ${path}: ${old}`];
  return [`~ ${path}: ${old} → ${new_}`];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
