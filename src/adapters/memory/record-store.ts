import { targetName } from '../../domain/deployment.ts';
import { compareReleases } from '../../domain/release.ts';
import type { Attempt, DeploymentRecord, RecordStore } from '../../ports/deployment-store.ts';

export function createMemoryRecordStore(): RecordStore {
  const records = new Map<string, DeploymentRecord>();
  return {
    async record({ service, environment, target }, release, attempt) {
      const id = [targetName({ service, environment, target }), release.releasedAt, release.digest].join('#');
      const others = records.get(id)?.attempts.filter((other) => other.execution !== attempt.execution || other.generation !== attempt.generation) ?? [];
      const attempts = [...others, attempt].toSorted(byConclusion);
      records.set(id, structuredClone({ service, environment, target, release, attempts }));
    },
    async history(key, limit) {
      const found = [...records.values()].filter((record) => targetName(record) === targetName(key));
      return structuredClone(found.toSorted((a, b) => compareReleases(b.release, a.release)).slice(0, limit));
    },
  };
}

function byConclusion(a: Attempt, b: Attempt): number {
  return Date.parse(a.concludedAt) - Date.parse(b.concludedAt);
}
