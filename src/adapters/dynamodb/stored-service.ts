import * as z from 'zod/mini';
import { type CommitSettings, type Edit, type Environment, GIT_HOSTS, type GitRepository, type Policy, type Service, type Target } from '../../domain/service.ts';

const StoredPolicy: z.ZodMiniType<Policy> = z.strictObject({
  syncTimeout: z.number(),
  rolloutTimeout: z.number(),
  verifyTimeout: z.number(),
  pullGrace: z.number(),
  configGrace: z.number(),
  crashRestarts: z.number(),
  unschedulableGrace: z.number(),
});

const StoredIdentity = z.strictObject({ name: z.string(), email: z.string() });

const StoredCommit: z.ZodMiniType<CommitSettings> = z.strictObject({
  subject: z.exactOptional(z.string()),
  body: z.exactOptional(z.string()),
  author: z.exactOptional(StoredIdentity),
  committer: z.exactOptional(StoredIdentity),
  signingKey: z.exactOptional(z.string()),
});

const StoredGit: z.ZodMiniType<GitRepository> = z.strictObject({
  host: z.enum(GIT_HOSTS),
  url: z.string(),
  branch: z.string(),
  credentials: z.exactOptional(z.string()),
  api: z.exactOptional(z.string()),
  caBundle: z.exactOptional(z.string()),
  aliases: z.array(z.string()),
  commit: z.exactOptional(StoredCommit),
});

const StoredEdit: z.ZodMiniType<Edit> = z.strictObject({
  git: StoredGit,
  file: z.string(),
  path: z.string(),
  value: z.union([z.enum(['tag', 'digest', 'repository:tag', 'repository@digest', 'repository:tag@digest']), z.strictObject({ literal: z.string() })]),
  create: z.exactOptional(z.boolean()),
});

const StoredTarget: z.ZodMiniType<Target> = z.strictObject({
  edits: z.exactOptional(z.array(StoredEdit)),
  argocd: z.strictObject({ url: z.string(), token: z.string(), caBundle: z.exactOptional(z.string()) }),
  application: z.strictObject({ name: z.string(), project: z.string(), namespace: z.exactOptional(z.string()) }),
  cluster: z.strictObject({ name: z.string(), region: z.string() }),
  image: z.exactOptional(z.string()),
  workloads: z.exactOptional(z.array(z.string())),
  smoke: z.exactOptional(z.strictObject({ url: z.string(), status: z.number() })),
});

const StoredEnvironment: z.ZodMiniType<Environment> = z.strictObject({
  after: z.exactOptional(z.string()),
  approval: z.exactOptional(z.strictObject({ timeout: z.number() })),
  rollback: z.enum(['automatic', 'manual']),
  order: z.strictObject({ policy: z.enum(['supersede', 'queue']), interrupt: z.boolean() }),
  pullRequest: z.exactOptional(z.strictObject({ timeout: z.number(), autoMerge: z.boolean() })),
  edits: z.array(StoredEdit),
  policy: StoredPolicy,
  targets: z.record(z.string(), StoredTarget),
});

/** A service as it is kept in the table. */
export const StoredService: z.ZodMiniType<Service> = z.strictObject({
  name: z.string(),
  owner: z.string(),
  repository: z.strictObject({ registry: z.string(), name: z.string() }),
  ignoredTags: z.array(z.string()),
  environments: z.record(z.string(), StoredEnvironment),
});
