import { z } from 'zod';
import { DEFAULT_SUBJECT, PLACEHOLDERS, templateProblem } from '../domain/commit-template.ts';
import { DEFAULT_ORDER, DEFAULT_ROLLBACK, GIT_HOSTS } from '../domain/service.ts';
import { isValuesPath } from '../domain/values-path.ts';
import { DURATION, parseDuration } from './duration.ts';
import { gitEntryProblems } from './git-entry.ts';

const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'has lower-case letters, digits and `-`, at most 63');
const SecretName = z.string().regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/, 'is the name of a secret in Secrets Manager');
const Duration = z.string('is a duration as 90s, 10m or 1h').regex(DURATION, 'is a duration as 90s, 10m or 1h');
/** What is waited for ends: forty targets that take as long as this at each step, there and back, still fit into the history of one execution. */
export const LONGEST_TIMEOUT = { sync: '20m', rollout: '40m', verify: '20m' } as const;

/** A person may be on holiday; an execution that nobody answers, or whose pull request nobody merges, still ends. */
const LONGEST_WAIT = '336h';

function timeoutUpTo(longest: string): z.ZodType<string> {
  return Duration.refine((text) => (parseDuration(text) ?? 0) <= (parseDuration(longest) ?? 0), `is at most ${longest}`);
}

/** Step Functions counts whole seconds, from one on. */
const WaitTimeout = timeoutUpTo(LONGEST_WAIT).refine((text) => (parseDuration(text) ?? 1_000) >= 1_000, 'is at least 1s');

const Region = z.string().regex(/^[a-z0-9-]+$/, 'is an AWS region');
const CaBundle = z.string().regex(/^-----BEGIN CERTIFICATE-----/, 'is one or more certificates in PEM').describe('Certificates to trust besides the system’s, in PEM.');
/** Plain http would show credentials to the network, so only loopback may have it. */
const Url = z
  .string()
  .regex(/^(?:https:\/\/|http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::|\/|$))/, 'begins with https:// (http:// only on loopback)')
  // Messages name URLs.
  .refine((url) => !/^[a-z]+:\/\/[^/?#]*@/.test(url), 'holds a user or a password; put them into a secret');
const FilePath = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.split('/').some((part) => part === '..' || part === '.' || part === ''), 'is a path inside the repository, without . and ..');

/** Editors learn of the lower limit by the schema, as they can't of a refinement. */
function atLeastOne<Entries extends z.ZodRecord>(entries: Entries, message: string): Entries {
  return entries.refine((found) => Object.keys(found).length > 0, message).meta({ minProperties: 1 });
}

/** Git ends a name at `<`, and a header at the end of its line. */
const IdentityEntry = z.strictObject({
  name: z.string().regex(/^[^<>\u0000-\u001f\u007f\s](?:[^<>\u0000-\u001f\u007f]*[^<>\u0000-\u001f\u007f\s])?$/, 'is a name without < and >'),
  email: z.string().regex(/^[^<>\u0000-\u001f\u007f\s]+@[^<>\u0000-\u001f\u007f\s]+$/, 'is an address as ci@example.com'),
});

function template(part: 'subject' | 'body') {
  return z.string().check(({ value, issues }) => {
    const message = templateProblem(value, part);
    if (message !== null) issues.push({ code: 'custom', input: value, message });
  });
}

const CommitEntry = z.strictObject({
  subject: template('subject').min(1).optional().describe(`Template of the first line: ${DEFAULT_SUBJECT}`),
  body: template('body').optional().describe(`Template of what stands between the first line and the trailers; it may name ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}.`),
  author: IdentityEntry.optional().describe('Who is named as the author (Slipway).'),
  committer: IdentityEntry.optional().describe('Who is named as the committer (Slipway).'),
  signingKey: SecretName.optional().describe('Secret with a private SSH key in OpenSSH’s format and without a passphrase, with which commits are signed.'),
});

const GitEntry = z
  .strictObject({
    host: z.enum(GIT_HOSTS).describe('How it is spoken to: git is any server over smart HTTP, the others are the APIs of those hosts.'),
    url: Url,
    branch: z.string().regex(/^(?!\/|.*(?:\.\.|\/\/|@\{|\\))[^\s\u0000-\u001f\u007f~^:?*[\]]+$/, 'is a branch name').default('main'),
    credentials: SecretName.optional().describe('Secret {"username", "password"} for git, which may be left out for anonymous access; {"token"} for the others, or {"appId", "installationId", "privateKey"} of a GitHub App.'),
    api: Url.optional().describe('Base URL of the API, where it is not at the usual place of that host.'),
    aliases: z.array(z.string().min(1)).default([]).describe('Other URLs of the same repository, as its SSH form.'),
    caBundle: CaBundle.optional(),
    commit: CommitEntry.optional().describe('How commits are worded, who makes them, and with which key they are signed.'),
  })
  .superRefine((entry, context) => {
    for (const { key, message } of gitEntryProblems(entry)) context.addIssue({ code: 'custom', path: [key], message });
  });

const ArgoCdEntry = z.strictObject({
  url: Url,
  token: SecretName.describe('Secret {"token"} with the token of the project role.'),
  caBundle: CaBundle.optional(),
});

const ClusterEntry = z.strictObject({ eks: z.string().regex(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/, 'is the name of an EKS cluster'), region: Region });

const IMAGE_PARTS = ['tag', 'digest', 'repository:tag', 'repository@digest', 'repository:tag@digest'] as const;

const EditEntry = z.strictObject({
  git: Name.describe('Key under git.'),
  file: FilePath,
  path: z.string().min(1).refine(isValuesPath, 'is a path as image.tag, images[0].newTag or images[name=web].newTag').describe('Path of the scalar, as image.tag or images[name=web].newTag.'),
  value: z
    .union([z.enum(IMAGE_PARTS), z.strictObject({ literal: z.string() })], `is one of ${IMAGE_PARTS.join(', ')}, or {literal: text}`)
    .describe('Part of the image that is written there; {literal: text} writes the same text with every release.'),
  create: z.boolean().optional().describe('Whether keys of the path that are missing are added to the file (false).'),
});

const TargetEntry = z.strictObject({
  argocd: Name.describe('Key under argocd.'),
  application: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,252}$/, 'is the name of an Application'),
  project: z.string().min(1),
  namespace: z.string().optional().describe('Namespace of the Application, where Argo CD allows others than its own.'),
  cluster: Name.describe('Key under clusters.'),
  image: z.string().optional().describe('Repository by which pods here know the image, when a mirror renames it.'),
  workloads: z.array(z.string()).optional().describe('Workloads that must run the release.'),
  smoke: z.strictObject({ url: Url, status: z.int().min(100).max(599).default(200) }).optional(),
  edit: z.array(EditEntry).min(1).optional().describe('What a release of this target is written to, instead of what the environment says.'),
});

const Approval = z.union([z.literal('required'), z.strictObject({ timeout: WaitTimeout })], 'is required, or a mapping with a timeout of 1s to 336h');

const EnvironmentEntry = z.strictObject({
  after: Name.optional().describe('Environment of this service that must have a release first; pushes go to those without.'),
  approval: Approval.optional().describe('A person approves each release: `required`, or {timeout} for how long that may take (24h).'),
  rollback: z.enum(['automatic', 'manual']).default(DEFAULT_ROLLBACK).describe('Whether the previous release is brought back when one failed.'),
  order: z.enum(['supersede', 'queue']).default(DEFAULT_ORDER.policy).describe('What a newer release does while another is being deployed: take over, or wait.'),
  interrupt: z.boolean().optional().describe('With supersede: whether a newer release takes over after the commit, too (false).'),
  delivery: z.enum(['commit', 'pull-request']).default('commit').describe('How a release gets to the branch: as a commit, or as a pull request that somebody merges.'),
  merge: z
    .strictObject({
      timeout: WaitTimeout.optional().describe('How long a pull request may wait to be merged (168h).'),
      automatic: z.boolean().optional().describe('Whether the host is asked to merge it once its checks have succeeded (false).'),
    })
    .optional()
    .describe('With delivery: pull-request, what becomes of the pull request.'),
  edit: z.array(EditEntry).min(1).optional().describe('What each release is written to; may be left out where each target has its own.'),
  sync: z.strictObject({ timeout: timeoutUpTo(LONGEST_TIMEOUT.sync) }).optional(),
  rollout: z.strictObject({ timeout: timeoutUpTo(LONGEST_TIMEOUT.rollout) }).optional(),
  verify: z.strictObject({ timeout: timeoutUpTo(LONGEST_TIMEOUT.verify) }).optional(),
  pull: z.strictObject({ grace: Duration }).optional(),
  config: z.strictObject({ grace: Duration }).optional(),
  crash: z.strictObject({ restarts: z.int().min(1) }).optional(),
  unschedulable: z.strictObject({ grace: Duration }).optional(),
  targets: atLeastOne(z.record(Name, TargetEntry), 'names at least one target'),
});

const ServiceEntry = z.strictObject({
  repository: z.strictObject({
    name: z.string().regex(/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/, 'is the name of an ECR repository'),
    account: z.string('is an AWS account of 12 digits, in quotes').regex(/^\d{12}$/, 'is an AWS account of 12 digits, in quotes').optional(),
    region: Region.optional(),
  }),
  tags: z.strictObject({ ignore: z.array(z.string().min(1)).default([]) }).default({ ignore: [] }),
  environments: atLeastOne(z.record(Name, EnvironmentEntry), 'names at least one environment'),
});

/** `slipway.yaml` as people write it: entries by name, services that refer to them. Unknown keys are errors. */
export const SlipwayFile = z.strictObject({
  owner: z.string().min(1).max(100).describe('Who applies this file; only the owner’s services are removed by --prune.'),
  git: z.record(Name, GitEntry),
  argocd: z.record(Name, ArgoCdEntry),
  clusters: z.record(Name, ClusterEntry),
  services: z.record(Name, ServiceEntry),
});
export type SlipwayFile = z.infer<typeof SlipwayFile>;
export type EditEntry = z.infer<typeof EditEntry>;
export type EnvironmentEntry = z.infer<typeof EnvironmentEntry>;
export type TargetEntry = z.infer<typeof TargetEntry>;
