import type { CommitSettings, GitRepository } from '../domain/service.ts';

type GitEntry = { readonly host: GitRepository['host']; readonly url: string; readonly credentials?: string | undefined; readonly api?: string | undefined; readonly commit?: { readonly [Key in keyof CommitSettings]?: CommitSettings[Key] | undefined } | undefined };

export type GitEntryProblem = { readonly key: 'url' | 'credentials' | 'api' | 'commit'; readonly message: string };

/** What a repository's URL looks like on each host, and one to show. */
const URLS: Readonly<Record<GitRepository['host'], readonly [RegExp, string]>> = {
  git: [/^/, ''],
  github: [/^https?:\/\/[^/]+\/[^/]+\/[^/]+\/?$/, 'https://github.example.com/team/config'],
  gitlab: [/^https?:\/\/[^/]+\/[^/]+\/.*[^/]\/?$/, 'https://gitlab.example.com/group/config'],
  gitea: [/^https?:\/\/[^/]+\/(.+\/)?[^/]+\/[^/]+\/?$/, 'https://gitea.example.com/team/config'],
  codecommit: [/^https:\/\/git-codecommit(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/v1\/repos\/[\w.-]+$/, 'https://git-codecommit.eu-central-1.amazonaws.com/v1/repos/config'],
};

/** What cannot be chosen for a commit that the host's own API makes. */
const DECIDED_BY: Readonly<Record<GitRepository['host'], readonly ('author' | 'committer' | 'signingKey')[]>> = {
  git: [],
  github: ['author', 'committer', 'signingKey'],
  gitlab: ['committer', 'signingKey'],
  gitea: ['signingKey'],
  codecommit: ['committer', 'signingKey'],
};

/** What an entry under `git` says that its host can't make use of, or leaves out. */
export function gitEntryProblems({ host, url, credentials, api, commit = {} }: GitEntry): readonly GitEntryProblem[] {
  const [pattern, example] = URLS[host];
  const problems: GitEntryProblem[] = [];
  if (!pattern.test(url)) problems.push({ key: 'url', message: `is a repository on ${host}, as ${example}` });
  if (host === 'codecommit' && credentials !== undefined) problems.push({ key: 'credentials', message: 'is of no use with codecommit, where the rights of the stack’s roles count; leave it out' });
  if (host !== 'codecommit' && host !== 'git' && credentials === undefined) problems.push({ key: 'credentials', message: `is missing; ${host} takes commits from nobody without them` });
  if ((host === 'git' || host === 'codecommit') && api !== undefined) problems.push({ key: 'api', message: `is of no use with host ${host}; leave it out` });
  const unused = DECIDED_BY[host].filter((key) => commit[key] !== undefined);
  if (unused.length > 0) problems.push({ key: 'commit', message: `names ${unused.join(' and ')}, which ${host} decides by itself; leave it out` });
  return problems;
}
