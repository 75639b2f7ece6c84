import type { ObservedApplication } from '../../src/domain/application.ts';
import type { ApplicationRef } from '../../src/domain/service.ts';
import type { ArgoCd } from '../../src/ports/argo-cd.ts';

/** One Application that deploys tag 1, over a repository to which the test commits. */
export type ArgoCdWorld = {
  readonly ref: ApplicationRef;
  /** With a token that may read and sync. */
  readonly argocd: ArgoCd;
  /** The same server, with another token. */
  readonly openWith: (token: OtherToken) => Promise<ArgoCd>;
  /** Commits a tag and returns the revision. */
  readonly commitTag: (tag: string) => Promise<string>;
  /** Commits what cannot be rendered. */
  readonly commitNonsense: () => Promise<unknown>;
  readonly deleteApplication: () => Promise<unknown>;
  /** The way between the client and the server, where there is one. */
  readonly connection: Connection | null;
  stop(): Promise<void>;
};

export type OtherToken =
  /** May read and not sync. */
  | 'reader'
  /** Of a role without any right. */
  | 'nobody'
  /** Of a role that had all rights until the token was taken back. */
  | 'revoked'
  | 'expired'
  /** Of another server. */
  | 'forged';

export type Connection = {
  /** Cuts what is open and what is opened, until `mend`. */
  interrupt(): void;
  mend(): void;
};

export type ArgoCdWorldOptions = {
  readonly autoSync?: boolean;
  /** How a Job called `smoke` before each sync ends. */
  readonly hook?: 'fail' | 'hang';
  /** A window forbids every sync, always; or every one of auto-sync. */
  readonly closed?: 'to everybody' | 'to auto-sync';
  /** A kind that the project does not permit. */
  readonly forbids?: 'Deployment' | 'Job';
  readonly deleting?: boolean;
  /** Follows a branch that the repository does not have. */
  readonly withoutBranch?: boolean;
};

export type StartArgoCdWorld = (options: ArgoCdWorldOptions) => Promise<ArgoCdWorld>;

/** What an implementation has no notion of; its cases are skipped there. */
export type NotSimulated = 'tokens' | 'connections';

export const REQUEST = { prune: false, infos: [{ name: 'slipway-execution', value: 'arn:one' }] };

/** A case in a world of its own, so that cases can run at the same time. */
export type Given<World = ArgoCdWorld> = (options: ArgoCdWorldOptions, run: (world: World) => Promise<unknown>) => () => Promise<void>;

export function givenBy<World extends Pick<ArgoCdWorld, 'stop'>>(start: (options: ArgoCdWorldOptions) => Promise<World>): Given<World> {
  return (options, run) => async () => {
    const world = await start(options);
    try {
      await run(world);
    } finally {
      await world.stop();
    }
  };
}

export async function first(argocd: ArgoCd, ref: ApplicationRef): Promise<ObservedApplication> {
  return until(argocd, ref, () => true);
}

/** The first observation that the condition holds for. */
export async function until(argocd: ArgoCd, ref: ApplicationRef, isTrue: (application: ObservedApplication) => boolean): Promise<ObservedApplication> {
  const stop = new AbortController();
  try {
    for await (const application of argocd.watch(ref, stop.signal)) if (isTrue(application)) return application;
  } finally {
    stop.abort();
  }
  throw new Error('The watch ended before.');
}

export function isRunning({ operation }: ObservedApplication): boolean {
  return operation?.phase === 'Running';
}

export function hasSucceeded({ operation }: ObservedApplication): boolean {
  return operation?.phase === 'Succeeded';
}

export function hasSucceededAt(revision: string): (application: ObservedApplication) => boolean {
  return ({ operation }) => operation?.phase === 'Succeeded' && operation.revisions[0] === revision;
}
