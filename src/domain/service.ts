import type { Milliseconds } from './instant.ts';

/** A service as `slipway apply` stores it: references resolved, defaults filled in. Holds names of secrets, never secrets. */
export type Service = {
  readonly name: string;
  readonly owner: string;
  readonly repository: { readonly registry: string; readonly name: string };
  /** Tags that are never deployed; `*` matches any run of characters. */
  readonly ignoredTags: readonly string[];
  readonly environments: Readonly<Record<string, Environment>>;
};

/** Where a release goes, with its policies and what to edit. */
export type Environment = {
  /** Environment of the same service that must have a release first; absent for the first ones, to which pushes go. */
  readonly after?: string;
  /** Set where a person must approve each release. */
  readonly approval?: { readonly timeout: Milliseconds };
  /** What happens to a release that failed: `automatic` brings the previous one back. */
  readonly rollback: 'automatic' | 'manual';
  readonly order: OrderPolicy;
  /** Set where releases go to the branch by pull requests; else each is a commit. */
  readonly pullRequest?: PullRequestDelivery;
  /** Of the targets that have none of their own. */
  readonly edits: readonly Edit[];
  readonly policy: Policy;
  readonly targets: Readonly<Record<string, Target>>;
};

/** What a newer release does while another is being deployed. */
export type OrderPolicy = {
  /** `supersede`: takes the target over; `queue`: waits until the other has ended. */
  readonly policy: 'supersede' | 'queue';
  /** Whether superseding ends a deployment that has begun its commit; else the newer one waits for it. */
  readonly interrupt: boolean;
};

export const DEFAULT_ORDER: OrderPolicy = { policy: 'supersede', interrupt: false };

export const DEFAULT_ROLLBACK: Environment['rollback'] = 'manual';

/** How long a release waits for a person, unless the environment says otherwise. */
export const DEFAULT_APPROVAL_TIMEOUT: Milliseconds = 86_400_000;

/** How a release that is proposed gets to the branch. */
export type PullRequestDelivery = {
  /** How long the merge may take. */
  readonly timeout: Milliseconds;
  /** Whether the host is asked to merge by itself, once its checks have succeeded. */
  readonly autoMerge: boolean;
};

/** How long a release waits for its merge, unless the environment says otherwise. */
export const DEFAULT_MERGE_TIMEOUT: Milliseconds = 7 * 86_400_000;

/** Limits of one environment. */
export type Policy = {
  readonly syncTimeout: Milliseconds;
  readonly rolloutTimeout: Milliseconds;
  readonly verifyTimeout: Milliseconds;
  readonly pullGrace: Milliseconds;
  readonly configGrace: Milliseconds;
  readonly crashRestarts: number;
  readonly unschedulableGrace: Milliseconds;
};

export const DEFAULT_POLICY: Policy = {
  syncTimeout: 600_000,
  rolloutTimeout: 900_000,
  verifyTimeout: 300_000,
  pullGrace: 60_000,
  configGrace: 60_000,
  crashRestarts: 3,
  unschedulableGrace: 600_000,
};

/** What a scalar is set to: a part of the image, or the same text for every release. */
export type EditValue = 'tag' | 'digest' | 'repository:tag' | 'repository@digest' | 'repository:tag@digest' | { readonly literal: string };

/** One scalar of one file that is written with a release. */
export type Edit = {
  readonly git: GitRepository;
  readonly file: string;
  /** Path of the scalar, as `image.tag` or `images[name=web].newTag`. */
  readonly path: string;
  readonly value: EditValue;
  /** Whether keys of the path that are missing are added. */
  readonly create?: boolean;
};

/** How a repository is read and written: `git` is smart HTTP, which every host speaks; the others are APIs of that host's own. */
export const GIT_HOSTS = ['git', 'github', 'gitlab', 'gitea', 'codecommit'] as const;

export type GitRepository = {
  readonly host: (typeof GIT_HOSTS)[number];
  /** What one clones, and what Argo CD names. */
  readonly url: string;
  readonly branch: string;
  /** Name of the secret with what the host asks for; absent for anonymous access, and on CodeCommit, where the role's rights count. */
  readonly credentials?: string;
  /** Base URL of the host's API, where it is not at that host's usual place. */
  readonly api?: string;
  readonly caBundle?: string;
  /** Other URLs of the same repository, as its SSH form. */
  readonly aliases: readonly string[];
  readonly commit?: CommitSettings;
};

/** How commits to a repository are worded, who makes them, and who signs them; what is absent has a default. */
export type CommitSettings = {
  /** Template of the first line. */
  readonly subject?: string;
  /** Template of the paragraphs between the first line and the trailers. */
  readonly body?: string;
  readonly author?: Identity;
  readonly committer?: Identity;
  /** Name of the secret that holds a private key in OpenSSH's format, without a passphrase. */
  readonly signingKey?: string;
};

export type Identity = { readonly name: string; readonly email: string };

export type Target = {
  /** Replaces the environment's edits, so that what is decided for this target is written for it alone. */
  readonly edits?: readonly Edit[];
  readonly argocd: ArgoCdServer;
  readonly application: ApplicationRef;
  readonly cluster: EksCluster;
  /** Image repositories by which pods here know the release, when a mirror renames it. */
  readonly image?: string;
  /** Names of workloads that must run the release; any other that stays behind is a warning. */
  readonly workloads?: readonly string[];
  /** Asked after the rollout, until it answers `status` (default 200) or the environment's verify timeout is over: then the release failed. */
  readonly smoke?: { readonly url: string; readonly status: number };
};

export type ArgoCdServer = {
  readonly url: string;
  /** Name of the secret `{"token": …}`. */
  readonly token: string;
  readonly caBundle?: string;
};

export type ApplicationRef = {
  readonly name: string;
  readonly project: string;
  /** Namespace of the Application where Argo CD allows others than its own. */
  readonly namespace?: string;
};

export type EksCluster = {
  readonly name: string;
  readonly region: string;
};
