import { dirname, join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { Contender, Said } from './contender.ts';
import { VALUES_FILE } from './repository-files.ts';
import { startHelperProcess } from './helper-process.ts';

export type ScriptOptions = {
  /** For the logins of its tools. */
  readonly folder: string;
  /** Real binaries. */
  readonly argocd: { readonly command: string; readonly url: string; readonly caPem: string; readonly token: string };
  readonly kubectl: { readonly command: string; readonly kubeconfig: string };
  readonly repositoryUrl: string;
  readonly credential: { readonly username: string; readonly password: string };
  readonly applications: readonly string[];
  readonly autoSync: boolean;
};

/** What an expert would do at a terminal, with `git`, `argocd` and `kubectl` in a process of its own. */
export async function startScript(options: ScriptOptions): Promise<Contender> {
  const helper = await startHelperProcess<Readonly<Record<string, string>>, Said>(new URL('script-process.ts', import.meta.url), await logIn(options));
  return {
    name: 'script',
    deploy: ({ tag, digest }) => helper.ask({ TAG: tag, DIGEST: digest }),
    stop: () => helper.stop(),
  };
}

/** Everything that a login would have left behind, as the environment of the script. */
async function logIn({ folder, argocd, kubectl, repositoryUrl, credential, applications, autoSync }: ScriptOptions): Promise<Record<string, string>> {
  const authority = join(folder, 'argocd-ca.pem');
  await writeFile(authority, argocd.caPem);
  const repository = new URL(repositoryUrl);
  Object.assign(repository, credential);
  return {
    PATH: [dirname(argocd.command), dirname(kubectl.command), process.env['PATH']].join(':'),
    HOME: folder,
    TMPDIR: folder,
    KUBECONFIG: kubectl.kubeconfig,
    ARGOCD_SERVER: new URL(argocd.url).host,
    ARGOCD_AUTH_TOKEN: argocd.token,
    ARGOCD_OPTS: `--server-crt ${authority}`,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Expert',
    GIT_AUTHOR_EMAIL: 'expert@example.com',
    GIT_COMMITTER_NAME: 'Expert',
    GIT_COMMITTER_EMAIL: 'expert@example.com',
    REPOSITORY: repository.href,
    VALUES_FILE,
    APPLICATIONS: applications.join(' '),
    AUTO_SYNC: autoSync ? 'on' : 'off',
  };
}
