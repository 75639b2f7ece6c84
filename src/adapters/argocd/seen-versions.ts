import type { ApplicationResource } from './application-schema.ts';

/** Keeps observations in order: Argo CD's stream is fed by a cache, and may lag behind what a read or a request has shown. */
export type SeenVersions = {
  see(application: ApplicationResource): 'newer' | 'same' | 'older';
  /** Whether an Application of that name was seen. */
  hasSeen(name: string): boolean;
};

/** The greatest resourceVersion of each Application. They are decimal numbers that grow; one that is not counts as newer. */
export function createSeenVersions(): SeenVersions {
  const greatest = new Map<string, bigint>();
  const seen = new Set<string>();
  return {
    hasSeen: (name) => seen.has(name),
    see({ metadata }) {
      const { resourceVersion } = metadata;
      seen.add(metadata.name);
      if (typeof resourceVersion !== 'string' || !/^\d+$/.test(resourceVersion)) return 'newer';
      const key = JSON.stringify([metadata.namespace ?? '', metadata.name]);
      const version = BigInt(resourceVersion);
      const last = greatest.get(key) ?? -1n;
      if (version > last) greatest.set(key, version);
      return version > last ? 'newer' : version === last ? 'same' : 'older';
    },
  };
}
