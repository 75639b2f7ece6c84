import { CodeCommitClient } from '@aws-sdk/client-codecommit';
import { ConfigurationError } from '../../domain/errors.ts';
import type { GitRepository, Identity } from '../../domain/service.ts';
import type { GitHost, OpenGitHost } from '../../ports/git-host.ts';
import type { OpenPullRequests } from '../../ports/pull-requests.ts';
import { createApiHost } from '../forge/api-host.ts';
import { nameOf } from '../forge/forge.ts';
import { commitFiles } from './commit.ts';
import { createCodeCommitPulls } from './pull-requests.ts';
import { readSnapshot } from './read.ts';

export type CodeCommitPorts = {
  /** The client of a region. */
  readonly connect?: (region: string) => CodeCommitClient;
};

export type CodeCommitRepository = {
  /** For messages: `Git repository https://…`. */
  readonly name: string;
  readonly client: CodeCommitClient;
  readonly branch: string;
  readonly repositoryName: string;
  /** Of commits, and their committer; Slipway, unless another is configured. */
  readonly author?: Identity;
};

/** CodeCommit by its API, with the rights of the role that runs this. */
export function createOpenCodeCommit(ports: CodeCommitPorts = {}): OpenGitHost {
  return createOpen(ports, createCodeCommitHost);
}

/** Its pull requests. */
export function createOpenCodeCommitPulls(ports: CodeCommitPorts = {}): OpenPullRequests {
  return createOpen(ports, createCodeCommitPulls);
}

type Create<Host> = (codecommit: CodeCommitRepository, page: string) => Host;

/** Connections are kept for the life of the process. */
function createOpen<Host>({ connect = (region) => new CodeCommitClient({ region }) }: CodeCommitPorts, create: Create<Host>): (repository: GitRepository) => Promise<Host> {
  const clients = new Map<string, CodeCommitClient>();
  return async (repository) => {
    const { region, repositoryName } = placeOf(repository.url);
    const client = clients.get(region) ?? connect(region);
    clients.set(region, client);
    const author = repository.commit?.author;
    const codecommit: CodeCommitRepository = { name: nameOf(repository), client, branch: repository.branch, repositoryName, ...(author && { author }) };
    return create(codecommit, consolePage(region, repositoryName));
  };
}

function createCodeCommitHost(codecommit: CodeCommitRepository, page: string): GitHost {
  return createApiHost({
    readSnapshot: (paths, revision) => readSnapshot(codecommit, paths, revision),
    commitFiles: (change, known) => commitFiles(codecommit, change, Object.keys(known)),
    commitPages: `${page}/commit/`,
  });
}

/** Region and name are in the URL that one clones. */
function placeOf(url: string): { readonly region: string; readonly repositoryName: string } {
  const [, region, repositoryName] = /^https:\/\/git-codecommit(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/v1\/repos\/([\w.-]+)$/.exec(url) ?? [];
  if (region !== undefined && repositoryName !== undefined) return { region, repositoryName };
  throw new ConfigurationError(`Git repository ${url} is not the URL of a repository on CodeCommit; write it as https://git-codecommit.eu-central-1.amazonaws.com/v1/repos/config.`);
}

function consolePage(region: string, repositoryName: string): string {
  const host = region.startsWith('cn-') ? `${region}.console.amazonaws.cn` : `${region}.console.aws.amazon.com`;
  return `https://${host}/codesuite/codecommit/repositories/${repositoryName}`;
}
