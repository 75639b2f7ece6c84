/**
 * A Git URL as Argo CD compares it (util/git, NormalizeGitURL: without case, `.git` and a final slash), and without scheme, user and
 * port too, so that the HTTPS and the SSH form of one repository are equal: `git.example.com/team/config`.
 */
function normalizeGitUrl(url: string): string {
  const withoutScheme = url.trim().toLowerCase().replace(/^[a-z][a-z0-9+.-]*:\/\//, '');
  const withoutUser = withoutScheme.replace(/^[^/@]*@/, '');
  // `host:22/path` names a port, `host:path` is the short form of SSH.
  const withoutPort = withoutUser.replace(/^(\[[^\]]*\]|[^/:]+):\d+(?=\/|$)/, '$1').replace(/^(\[[^\]]*\]|[^/:]+):\/?/, '$1/');
  return withoutPort.replace(/\/+$/, '').replace(/\.git$/, '');
}

/** Whether two URLs name one repository. */
export function isSameRepository(a: string, b: string): boolean {
  return normalizeGitUrl(a) === normalizeGitUrl(b);
}

/** Web page of a commit on the hosts whose addresses tell what they are; null for any other. */
export function commitPage(url: string, revision: string): string | null {
  const { protocol, hostname, host } = URL.parse(url) ?? {};
  if (hostname === undefined || (protocol !== 'https:' && protocol !== 'http:')) return null;
  const path = COMMIT_PATHS.find(([pattern]) => pattern.test(hostname))?.[1];
  if (path === undefined) return null;
  const repository = new URL(url).pathname.replace(/\/+$/, '').replace(/\.git$/, '');
  return `${protocol}//${host}${repository}/${path}/${revision}`;
}

/** A label of the host's name, as in `gitlab.example.com`, and the folder of commits in its web pages. */
const COMMIT_PATHS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\.)gitlab\./, '-/commit'],
  [/(?:^|\.)bitbucket\.org$/, 'commits'],
  [/(?:^|\.)(?:github|gitea|forgejo|codeberg)\./, 'commit'],
];
