import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventCarrier } from './aws/eventbridge/event.ts';
import type { InvocationRecord } from './aws/lambda/lambda.ts';
import { type Aws, startAws } from './aws/start-aws.ts';
import { type BareRepository, createBareRepository } from './git/bare-repository.ts';
import { type GitCredential, startGitServer } from './git/start-git-server.ts';
import type { ConfigRepository, ScenarioWorld } from './scenarios/scenario-world.ts';

export const ACCOUNT = { id: '111122223333', region: 'eu-central-1' };

export type FoundationOptions = {
  /** Files of the config repository. */
  readonly configFiles: Readonly<Record<string, string>>;
  /** How Slipway speaks to the config repository: over smart HTTP, unless it is on CodeCommit. */
  readonly host?: ConfigRepository['host'];
  /** Called with the repository when a push has arrived, before git sees it. */
  readonly beforePush?: (repository: BareRepository) => Promise<void>;
  /** Who may use the repository besides Slipway. */
  readonly gitCredentials?: readonly GitCredential[];
  readonly onInvocation?: (record: InvocationRecord) => void;
  /** In [0, 1): smaller numbers make the state machine retry sooner. */
  readonly random?: () => number;
  /** Carries ECR's events, which are best effort; without it each is published once. */
  readonly carryEvent?: EventCarrier;
};

/** What is the sandbox's in every world: its AWS, its Git and a folder. */
export type Foundation = Pick<ScenarioWorld, 'aws' | 'git' | 'folder'>;

/** How to stop what has been started so far, in the order of the starts. */
export type Stops = (() => Promise<unknown>)[];

/** Starts parts that need each other, in order. What was started is stopped when a later part can't start, the last one first. */
export async function startInOrder<T extends object>(startParts: (stops: Stops) => Promise<T>): Promise<T & { stop(): Promise<void> }> {
  const stops: Stops = [];
  try {
    return { ...(await startParts(stops)), stop: () => stopAll(stops) };
  } catch (error) {
    // Why it did not start is what matters, also where the end goes wrong because of that.
    await stopAll(stops).catch(() => undefined);
    throw error;
  }
}

/** One that can't be stopped keeps no other from it. @throws its error, when all have been asked */
async function stopAll(stops: Stops): Promise<void> {
  const errors: unknown[] = [];
  for (const end of stops.splice(0).reverse()) await end().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

export async function startFoundation(options: FoundationOptions, stops: Stops): Promise<Foundation> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-sandbox-'));
  // A git that was ended may still write.
  stops.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const aws = await startAccount(join(folder, 'functions.log'), options);
  stops.push(() => aws.stop());
  const git = await startGit(folder, options);
  stops.push(() => git.stop());
  if (git.config.host === 'codecommit') aws.codecommit.addRepository('config', git.repository);
  return { aws, git, folder };
}

async function startAccount(log: string, { random, carryEvent, onInvocation }: FoundationOptions): Promise<Aws> {
  return startAws({
    account: ACCOUNT,
    ...(random && { random }),
    ...(carryEvent && { carryEvent }),
    onInvocation(record) {
      appendFileSync(log, record.log);
      onInvocation?.(record);
    },
  });
}

async function startGit(folder: string, { configFiles, host = 'git', beforePush, gitCredentials = [] }: FoundationOptions): Promise<Foundation['git']> {
  if (host === 'codecommit' && beforePush !== undefined) throw new Error('A world on CodeCommit cannot be told beforePush: nobody pushes there; leave it out.');
  const repository = await createBareRepository(join(folder, 'config.git'), configFiles);
  const credential = { username: 'slipway', password: crypto.randomUUID() };
  const server = await startGitServer({
    root: folder,
    credentials: [{ ...credential, access: 'write' }, ...gitCredentials],
    ...(beforePush && { beforePush: () => beforePush(repository) }),
  });
  const url = host === 'git' ? server.repositoryUrl('config') : `https://git-codecommit.${ACCOUNT.region}.amazonaws.com/v1/repos/config`;
  return { ...server, repository, credential, config: { host, url } };
}
