import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import type { ClusterSnapshot } from '../../src/domain/cluster.ts';
import { DEFAULT_POLICY } from '../../src/domain/service.ts';
import type { WantedRollout } from '../../src/domain/wanted-rollout.ts';
import { liveWorkloadsOf, snapshotOf } from './kubernetes-objects.ts';
import { aDigest, aRelease } from './release.ts';

const FOLDER = path.join(import.meta.dirname, '../fixtures/rollout');

const LiveSchema = z.object({ kind: z.string(), namespace: z.string(), name: z.string(), uid: z.string(), images: z.array(z.string()) });

const CaseSchema = z.strictObject({
  now: z.string(),
  want: z.strictObject({
    watchingSince: z.string(),
    mirror: z.optional(z.string()),
    workloads: z.optional(z.array(z.string())),
    /** By default what Argo CD would say of the objects. */
    live: z.optional(z.array(LiveSchema)),
  }),
  expected: z.record(z.string(), z.unknown()),
  objects: z.array(z.looseObject({ kind: z.string() })),
});

export type RolloutCase = {
  readonly name: string;
  readonly snapshot: ClusterSnapshot;
  readonly want: WantedRollout;
  readonly now: string;
  /** Members of the verdict, or `error`: the message. */
  readonly expected: Readonly<Record<string, unknown>>;
};

/** Release 1.1.0, an index with one platform manifest, pushed at 03:04:05. */
export const FIXTURE_RELEASE = aRelease({ digest: aDigest('a'), digests: [aDigest('a'), aDigest('b')] });

/** One case per file of test/fixtures/rollout; the file's name is the case. */
export function rolloutCases(): RolloutCase[] {
  return readdirSync(FOLDER).map((file) => readCase(path.join(FOLDER, file)));
}

function readCase(file: string): RolloutCase {
  const { now, want, expected, objects } = CaseSchema.parse(parse(readFileSync(file, 'utf8')));
  const snapshot = snapshotOf(objects);
  const { live = liveWorkloadsOf(snapshot), ...wanted } = want;
  return {
    name: path.basename(file, '.yaml'),
    snapshot,
    want: { ...wanted, live, release: FIXTURE_RELEASE, policy: DEFAULT_POLICY, application: 'inference-dev', cluster: 'eu' },
    now,
    expected,
  };
}
